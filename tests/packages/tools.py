"""The tools that check packages, and what they have to say."""

import json
import os
import pathlib
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CHART = ROOT / "deploy/helm/ssm-compliance-exporter"
TOOLS = ROOT / ".cache/tools"
KUBERNETES = "1.37.0"
# Modules for what all checks share.
sys.path += [str(ROOT / "tests/realworld"), str(ROOT / "scripts")]


class Refused(Exception):
    """A tool found something wrong; the message is the end of what it says."""

    def __init__(self, tool, said):
        super().__init__(f"{tool}: {said.strip()[-2000:]}")
        self.all = said


def run(*command, text=None, **environment):
    """What a tool prints."""
    done = subprocess.run(
        [str(word) for word in command],
        input=text,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )
    if done.returncode:
        raise Refused(command[0], done.stderr + done.stdout)
    return done.stdout


def nested(path, value):
    """A value at a path, as values for Helm."""
    for key in reversed(path.split(".")):
        value = {key: value}
    return value


def merged(*trees):
    """Several trees of values, of which the last wins, as Helm merges them."""
    result = {}
    for tree in trees:
        for key, value in tree.items():
            old = result.get(key)
            both = isinstance(old, dict) and isinstance(value, dict)
            result[key] = merged(old, value) if both else value
    return result


def rendered(values):
    """What Helm makes of the chart, as text."""
    command = [TOOLS / "helm", "template", "x", CHART, "--kube-version", KUBERNETES, "--values", "-"]
    return run(*command, text=json.dumps(values))


def objects(text):
    """The objects in a rendering, by kind."""
    found = {}
    for document in yaml.load_all(text, yaml.CSafeLoader):
        if document:
            found.setdefault(document["kind"], []).append(document)
    return found


def exporter_of(found):
    """The exporter's own container, in a Deployment or a StatefulSet."""
    (workload,) = found.get("Deployment", []) + found.get("StatefulSet", [])
    containers = workload["spec"]["template"]["spec"]["containers"]
    return next(container for container in containers if container["name"] == "exporter")
