#!/usr/bin/env python3
"""Sees every alert fire on the demo, as docs/alerts.md says: trying.py EXPORTER_BINARY

The flags of the demo are the document's; the ports are free ones. Prints one line per failure, "N passed, N failed"
last, and ends with 1 if anything failed.
"""

import contextlib
import re
import shlex
import subprocess
import tempfile

import stack
from checks import Checks, binary
from programs import fetch, free_port, running, started, wait_for

ROOT = stack.ALERTS.parent
DOCUMENT = ROOT / "docs" / "alerts.md"
# What fires only once the demo has ended.
LAST = "SsmComplianceExporterAbsent"
PATIENCE = 180

checks = Checks()


class Trial:
    """The demo, and the Prometheus over it."""

    def __init__(self, demo, prometheus):
        self.demo, self.prometheus, self.seen = demo, prometheus, {}

    def missing(self, wanted):
        """Which alerts were not seen firing so far; some come and go."""
        rows = self.prometheus.ask("alerts")["alerts"]
        fired = [row for row in rows if row["state"] == "firing"]
        self.seen |= {(row["labels"]["alertname"], row["labels"]["severity"]): row for row in fired}
        return wanted - self.seen.keys()

    def wait_for(self, wanted):
        try:
            wait_for("all alerts fire", lambda: not self.missing(wanted), PATIENCE)
        except TimeoutError as error:
            raise TimeoutError(f"not firing: {sorted(self.missing(wanted))}") from error


def all_alerts():
    """Name and severity of every rule that alerts."""
    groups = [group for path in stack.RULES for group in stack.shipped(path)["groups"]]
    rules = [rule for group in groups for rule in group["rules"] if "alert" in rule]
    return {(rule["alert"], rule["labels"]["severity"]) for rule in rules}


def flags():
    """The demo's flags, as the document has them, with its files found from anywhere."""
    block = next(text for text in re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(), re.DOTALL) if " demo " in text)
    words = shlex.split(block.replace("\\\n", ""))
    return [word.replace("=alerts/", f"={stack.ALERTS}/") for word in words[2:]]


def nameless():
    """The account and region whose listing is denied, so that nobody knows the names of its hosts."""
    denied = next(re.search(r"deny:DescribeInstanceInformation@(\d+)/(\S+)", flag) for flag in flags() if "deny" in flag)
    return denied.groups()


@checks.check
def every_alert_fires(trial):
    """Every alert fires within three minutes, except for the one about an exporter that is gone."""
    # Where an association patches, as it does all over the demo, nothing warns of a single instance without a scan.
    # A discovery that pages is that of an exporter without a target, about which nothing else could fire.
    elsewhere = {
        (LAST, "critical"),
        ("SsmComplianceNeverScanned", "warning"),
        ("SsmComplianceDiscoveryFailing", "critical"),
    }
    trial.wait_for(all_alerts() - elsewhere)


@checks.check
def descriptions_are_whole(trial):
    """No description has a hole or an error in it, and those of instances name the host and the account."""
    for (name, _), row in trial.seen.items():
        text = row["annotations"]["description"]
        assert "error" not in text and "<" not in text and "  " not in text and "()" not in text, f"{name}: {text}"
        labels = row["labels"]
        if labels.get("instance_id"):
            host = "" if (labels["account_id"], labels["region"]) == nameless() else r" \(\S+\)"
            assert re.match(rf"Instance m?i-\w+{host} of account \d+ \((production|staging)\) in", text), text


@checks.check
def the_last_one_fires(trial):
    """Once the demo has ended, the exporter is absent."""
    trial.demo.close()
    trial.wait_for({(LAST, "critical")})


@contextlib.contextmanager
def everything(program, folder):
    address, web = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    subprocess.run(["sh", str(stack.ALERTS / "demo" / "rules.sh"), folder, address], check=True, capture_output=True)
    with contextlib.ExitStack() as demo:
        demo.enter_context(started(program, "demo", r"metrics +(\S+)", f"--web.listen-address={address}", *flags()))
        served = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
        with running("prometheus", *served, f"--web.listen-address={web}"):
            wait_for("Prometheus is ready", lambda: fetch(f"http://{web}/-/ready"))
            yield Trial(demo, stack.Prometheus(f"http://{web}"))


def main():
    with tempfile.TemporaryDirectory() as folder, everything(binary(__doc__), folder) as trial:
        failures = checks.failures(trial, timed=True)
    checks.report(failures)


if __name__ == "__main__":
    main()
