#!/usr/bin/env python3
"""Does all that `explain` says, on a simulated fleet of 1,000 instances: remedies.py EXPORTER_BINARY

What is wrong with each instance is read from AWS's own answers and must be what `explain` names, nothing else. Then
every command that it prints for a non-compliant instance is run as printed, in its order, by a shell with the real AWS
CLI. What is to be done by hand is done on the simulated instance. Afterwards `explain` must say that the instance is
compliant. Prints one line per failure, "N passed, N failed" last, and ends with 1 if anything failed.
"""

import collections
import concurrent.futures
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

import aws_cli
from programs import started

ACCOUNT = "111122223333"
REGION = "eu-west-1"
INSTANCES = 1000
# As many as there are cores: each of them waits for a shell.
WORKERS = 2
CONFIGURATION = f"""\
api:
  endpoint_url: {{endpoint}}
  requests_per_second: 1000
accounts:
  - regions: [{REGION}]
"""
# Whoever runs this may have credentials, and they must not be used.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "HOME": "/nonexistent",
}
# A bad state of a patch, an association or an item of a custom type, by the id of its instance.
Trouble = collections.namedtuple("Trouble", "compliance_type id state")


class Simulation:
    """The simulated AWS, asked without anything of ours in between."""

    def __init__(self, endpoint):
        self.endpoint = endpoint

    def ssm(self, operation, **members):
        scope = f"Credential=AKIDEXAMPLE/20260101/{REGION}/ssm/aws4_request, SignedHeaders=host, Signature=0"
        headers = {
            "X-Amz-Target": f"AmazonSSM.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": f"AWS4-HMAC-SHA256 {scope}",
        }
        return json.loads(self.post("/", members, headers))

    def rows(self, operation, member, **members):
        rows, token = [], {}
        while True:
            answer = self.ssm(operation, MaxResults=50, **members, **token)
            rows += answer[member]
            if not answer.get("NextToken"):
                return rows
            token = {"NextToken": answer["NextToken"]}

    def by_hand(self, work, instance_id):
        """What an operator does without AWS: `mend` the cause, or let tools `report` again."""
        order = {"account_id": ACCOUNT, "region": REGION, "instance_id": instance_id}
        self.post(f"/-/{work}", order, {"Content-Type": "application/json"})

    def post(self, path, body, headers):
        request = urllib.request.Request(self.endpoint + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def noncompliant(self):
        """The listed instances of which AWS says that they are non-compliant."""
        listed = self.rows("DescribeInstanceInformation", "InstanceInformationList")
        bad = self.rows(
            "ListResourceComplianceSummaries",
            "ResourceComplianceSummaryItems",
            Filters=[{"Key": "Status", "Values": ["NON_COMPLIANT"]}],
        )
        bad = {row["ResourceId"] for row in bad}
        return sorted(row["InstanceId"] for row in listed if row["InstanceId"] in bad)

    def troubles(self, instance_id):
        items = self.rows(
            "ListComplianceItems",
            "ComplianceItems",
            ResourceIds=[instance_id],
            Filters=[{"Key": "Status", "Values": ["NON_COMPLIANT"]}],
        )
        return {trouble(item) for item in items}


def trouble(item):
    compliance_type = item["ComplianceType"]
    # Items that somebody has put by hand have no state.
    state = item.get("Details", {}).get("PatchState", "") if compliance_type == "Patch" else ""
    return Trouble(compliance_type, item["Id"], state)


# The state of the patches that a finding lists.
STATES = {
    "patches_missing": "Missing",
    "patches_failed": "Failed",
    "reboot_pending": "InstalledPendingReboot",
    "patches_rejected": "InstalledRejected",
    "security_updates_available": "AvailableSecurityUpdate",
}


def named(explanation):
    """The troubles that an explanation names."""
    troubles = set()
    for finding in explanation["findings"]:
        if finding["effect"] != "noncompliant":
            continue
        compliance_type, evidence = finding["compliance_type"], finding["evidence"]
        if "association_id" in evidence and compliance_type == "Association":
            troubles.add(Trouble(compliance_type, evidence["association_id"], ""))
        state = STATES.get(finding["cause"], "")
        for row in evidence.get("patches", []) + evidence.get("items", []):
            troubles.add(Trouble(compliance_type, row["id"], state))
    return troubles


class Explainer:
    """The program under test."""

    def __init__(self, binary, configuration):
        self.command = [binary, "explain", "--config.file", configuration, "--output", "json"]

    def run(self, *arguments):
        """The exit code and what was said."""
        done = subprocess.run(
            [*self.command, *arguments],
            env={"PATH": os.defpath} | CREDENTIALS,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


class Operator:
    """Who is woken at night and does what the explanation says."""

    def __init__(self, simulation, explainer, directory):
        self.simulation = simulation
        self.explainer = explainer
        self.environment = {
            "PATH": f"{directory}:{os.defpath}",
            "AWS_ENDPOINT_URL": simulation.endpoint,
            "AWS_PAGER": "",
        } | CREDENTIALS
        self.commands = 0

    def heal(self, instance_id):
        """Returns what went wrong; None if the instance is compliant in the end."""
        code, report, errors = self.explainer.run(instance_id)
        if code != 1:
            return f"exit code {code} instead of 1 before anything was done: {errors}"
        explanation = report["explanations"][0]
        expected, found = self.simulation.troubles(instance_id), named(explanation)
        if expected != found:
            return f"missed {sorted(expected - found)}, made up {sorted(found - expected)}"
        if problem := self.follow(instance_id, explanation):
            return problem
        code, report, errors = self.explainer.run(instance_id)
        if code != 0:
            causes = [finding["cause"] for finding in report["explanations"][0]["findings"]] if report else errors
            return f"exit code {code} instead of 0 after all was done: {causes}"
        return None

    def follow(self, instance_id, explanation):
        # By hand comes whatever is wrong on the machine itself: the disk that is full, the tool that complains.
        self.simulation.by_hand("mend", instance_id)
        for finding in explanation["findings"]:
            for step in finding["remedy"]["steps"] + finding["verification"]:
                if problem := self.do(step, finding["cause"]):
                    return problem
        # The tools that report custom types run on schedules of their own.
        self.simulation.by_hand("report", instance_id)
        return None

    def do(self, step, cause):
        if not step["commands"]:
            return None
        # One shell for one step: its commands hand the id of what they started on to the next.
        script = "\n".join(step["commands"])
        self.commands += len(step["commands"])
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            return f"a command of {cause} failed: {script}: {done.stderr.strip()}"
        return None


def check(binary, endpoint, directory):
    simulation = Simulation(endpoint)
    configuration = pathlib.Path(directory, "config.yaml")
    configuration.write_text(CONFIGURATION.format(endpoint=endpoint))
    explainer = Explainer(binary, str(configuration))
    patients = simulation.noncompliant()
    assert len(patients) > INSTANCES / 20, f"only {len(patients)} instances are non-compliant"
    code, report, errors = explainer.run("--all-noncompliant")
    yield "--all-noncompliant", None if code == 1 else f"exit code {code}: {errors}"
    yield from whole_fleet(simulation, report, patients)
    operator = Operator(simulation, explainer, directory)
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for instance_id, problem in zip(patients, pool.map(operator.heal, patients)):
            yield instance_id, problem
    left = simulation.noncompliant()
    yield "the fleet afterwards", f"still non-compliant: {left}" if left else None
    code, report, errors = explainer.run("--all-noncompliant")
    healthy = code == 0 and report["explanations"] == []
    yield "--all-noncompliant afterwards", None if healthy else f"exit code {code}: {errors}"
    print(f"{len(patients)} instances, {operator.commands} commands")


def whole_fleet(simulation, report, patients):
    explanations = {explanation["resource_id"]: explanation for explanation in report["explanations"]}
    strange = sorted(set(patients) ^ set(explanations))
    yield "the instances of the fleet", f"missed or made up: {strange}" if strange else None
    for instance_id in patients:
        expected, found = simulation.troubles(instance_id), named(explanations.get(instance_id, {"findings": []}))
        same = expected == found
        problem = f"missed {sorted(expected - found)}, made up {sorted(found - expected)}"
        yield f"{instance_id} of the fleet", None if same else problem


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    binary = sys.argv[1]
    flags = [f"--sim.instances={INSTANCES}", "--sim.accounts=1", f"--sim.regions={REGION}"]
    flags += ["--sim.listen=127.0.0.1:0", "--sim.drift=0", "--sim.latency=0s"]
    passed = failed = 0
    with contextlib.ExitStack() as stack:
        endpoint = stack.enter_context(started(binary, "simulate", r"on (http://\S+)", *flags))
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        stack.enter_context(aws_cli.installed(directory))
        for name, problem in check(binary, endpoint, directory):
            passed += not problem
            failed += bool(problem)
            if problem:
                print(f"FAILED {name}: {problem}", flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
