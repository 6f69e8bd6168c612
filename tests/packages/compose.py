#!/usr/bin/env python3
"""Holds compose.yaml, and all that it mounts, against the tools that read it: compose.py EXPORTER"""

import json
import pathlib
import re
import sys
import tempfile

import yaml

from tools import ROOT, run

# From a folder that `tools` names.
from checks import Checks, binary

checks = Checks()
SOURCES = ["demo", "aws"]
BIN = pathlib.Path(sys.executable).parent


class Stack:
    """The services of compose.yaml with one source of the exporter's data."""

    def __init__(self, source):
        # The only variable, as Compose replaces it.
        text = (ROOT / "compose.yaml").read_text()
        self.text = text.replace("${SSM_COMPLIANCE_SOURCE:-demo}", source)
        assert "${" not in self.text, "another variable"
        self.services = yaml.safe_load(self.text)["services"]
        extended = self.services["exporter"].pop("extends")
        self.file = ROOT / extended["file"]
        base = yaml.safe_load(self.file.read_text())["services"][extended["service"]]
        self.services["exporter"] |= base
        self.mounts = {name: dict(self.mounted(name)) for name in self.services}

    def mounted(self, name):
        """Each path in the container, and what is there."""
        for volume in self.services[name].get("volumes", []):
            if isinstance(volume, dict):
                assert volume["read_only"], volume
                yield volume["target"], (self.file.parent / volume["source"]).resolve()
            elif volume.startswith("."):
                source, target, mode = volume.split(":")
                assert mode == "ro", volume
                yield target, (ROOT / source).resolve()


class Subject:
    """What the checks are about."""

    def __init__(self, exporter):
        self.exporter = exporter
        self.stacks = {source: Stack(source) for source in SOURCES}
        self.demo = self.stacks["demo"]


@checks.check
def schema(_subject):
    """The files are of the form that Compose wants."""
    files = [ROOT / "compose.yaml", *(ROOT / f"deploy/compose/{source}.yaml" for source in SOURCES)]
    run(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", *files)


@checks.check
def paths(subject):
    """Every file that is mounted is there; only the user's own configuration is not."""
    for source, stack in subject.stacks.items():
        for name, mounts in stack.mounts.items():
            for path in mounts.values():
                is_users = source == "aws" and path == ROOT / "config.yaml"
                assert path.exists() or is_users, f"{name}: {path}"


@checks.check
def closed(subject):
    """Everything is read-only, without capabilities, healthy by a check, and reachable from this machine only."""
    for stack in subject.stacks.values():
        for name, service in stack.services.items():
            assert service["read_only"] is True and service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name
            assert all(port.startswith("127.0.0.1:") for port in service["ports"]), service["ports"]
            assert "healthcheck" in service or name == "exporter", name
    assert "\nHEALTHCHECK " in (ROOT / "Dockerfile").read_text()


@checks.check
def pinned(subject):
    """Images of others are pinned to a version, and there is no secret."""
    images = [service["image"] for service in subject.demo.services.values()]
    others = [image for image in images if image != "ssm-compliance-exporter"]
    assert len(others) == 3 and all(re.search(r":v?\d+\.\d+\.\d+$", image) for image in others), others
    for stack in subject.stacks.values():
        environment = json.dumps([service.get("environment") for service in stack.services.values()])
        assert not re.search(r"(?i)(password|secret|token|key)\w*[=\"]+: *\"", environment), environment


def as_mounted(stack, name, folder):
    """A folder with what a container sees, at the same paths."""
    for target, source in stack.mounts[name].items():
        place = pathlib.Path(folder + target)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(source)
    return folder


@checks.check
def prometheus(subject):
    """Prometheus accepts its configuration with the shipped rules, all of them, and finds the exporter and Alertmanager."""
    services = subject.demo.services
    with tempfile.TemporaryDirectory() as folder:
        place = as_mounted(subject.demo, "prometheus", folder)
        (file,) = (word.split("=")[1] for word in services["prometheus"]["command"] if "--config.file" in word)
        said = run("promtool", "check", "config", place + file)
        config = yaml.safe_load(pathlib.Path(place + file).read_text())
    shipped = list((ROOT / "alerts").glob("ssm-compliance.*.yaml"))
    assert said.count("SUCCESS") >= len(shipped) and all(file.name in said for file in shipped), said
    (scrape,) = config["scrape_configs"]
    assert scrape["job_name"] == "ssm-compliance" and scrape["honor_labels"] is True, scrape
    targets = scrape["static_configs"] + config["alerting"]["alertmanagers"][0]["static_configs"]
    for (address,) in (target["targets"] for target in targets):
        name, port = address.split(":")
        assert services[name]["ports"] == [f"127.0.0.1:{port}:{port}"], address


@checks.check
def alertmanager(subject):
    """Alertmanager accepts the shipped example."""
    with tempfile.TemporaryDirectory() as folder:
        place = as_mounted(subject.demo, "alertmanager", folder)
        (file,) = (word.split("=")[1] for word in subject.demo.services["alertmanager"]["command"] if "config" in word)
        run("amtool", "check-config", place + file)
    assert subject.demo.mounts["alertmanager"][file] == ROOT / "alerts/alertmanager.example.yml"


@checks.check
def grafana(subject):
    """Grafana is given every shipped dashboard and nothing else, where its provider looks, and the stack's Prometheus."""
    mounts = subject.demo.mounts["grafana"]
    read = {pathlib.PurePath(target).parts[4]: source for target, source in mounts.items() if "provisioning" in target}
    (provider,) = yaml.safe_load(read["dashboards"].read_text())["providers"]
    folder = provider["options"]["path"]
    given = {source for target, source in mounts.items() if target.startswith(f"{folder}/")}
    assert given == set((ROOT / "dashboards").glob("*.json")), given
    home = subject.demo.services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home in mounts, home
    (source,) = yaml.safe_load(read["datasources"].read_text())["datasources"]
    assert source["type"] == "prometheus" and source["url"] == "http://prometheus:9090", source


@checks.check
def exporter(subject):
    """The exporter accepts the configuration of the demo, and has the commands and flags of both sources."""
    for name, stack in subject.stacks.items():
        command, *words = stack.services["exporter"]["command"]
        assert command == {"demo": "demo", "aws": "serve"}[name]
        assert words == ["--config.file=/etc/ssm-compliance-exporter/config.yaml"], words
        assert "--config.file" in run(subject.exporter, command, "--help")
        (path,) = stack.mounts["exporter"].values()
        if path.exists():
            run(subject.exporter, "check-config", path)


def main():
    """Runs them all."""
    subject = Subject(binary(__doc__))
    checks.report(checks.failures(subject))


if __name__ == "__main__":
    main()
