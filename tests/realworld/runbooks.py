#!/usr/bin/env python3
"""Runs every block of every runbook as it is written: runbooks.py EXPORTER_BINARY [RUNBOOK...]

The blocks of a runbook are pasted one after the other into one shell (`bash -euo pipefail`), the alert's labels filled in,
for an instance of a simulated fleet that really is in the alert's state, with the real AWS CLI. Where the runbook heals,
`explain` must not find the cause any more afterwards, and its commands that change something must be those that `explain`
prints. PromQL is asked of a real Prometheus over a real exporter, and must find something. The exporter's host has stand-ins
of systemctl, journalctl, kubectl and pidof (stand_ins.py). What a person does on the instance itself, or what needs the
console, is done on the simulated instance (`HANDWORK`).

Prints one line per failure, "N passed, N failed" last, and ends with 1 if anything failed.
"""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import aws_cli
import runbook_pages
import stack
import stand_ins
from clinic import CAUSES, Clinic, causes
from programs import fetch, free_port, started, wait_for
from remedies import CREDENTIALS, Explainer, Simulation
from runbook_pages import FIX
from runbook_shell import Shell

# Alerts about instances are of the first target, those about the exporter of the second, those about fleets of the third.
GOOD, BAD = (stack.GOOD[0], stack.GOOD[2]), (stack.BAD[0], stack.BAD[2])
FLEET = (GOOD[0], BAD[1])
# So many that each trouble is found on each platform. An exporter that reads them all the time would keep the machine busy,
# so it has a small fleet of its own.
INSTANCES, WATCHED_INSTANCES = 1000, 100
WORKERS = 4
PATIENCE_SECONDS = 90
# Every other listing of accounts fails, so that there is something to see of those that do and of those that do not.
FAULTS = [
    f"deny:DescribeInstanceInformation@{'/'.join(BAD)}",
    f"throttle:ListAssociations@{'/'.join(BAD)}:0.5",
    "deny:ListAccounts:0.5",
]
ROLE = "arn:aws:iam::{}:role/ssm-compliance-exporter"

# Alerts whose runbook says to fix something on the machine itself.
HANDWORK = {
    "SsmCompliancePatchesFailed",
    "SsmComplianceInventoryFailed",
    "SsmCompliancePatchAssociationNoncompliant",
    "SsmComplianceAssociationFailed",
    "SsmComplianceInstanceSilent",
}
# They tell the story of a patch in another order, or what to do about a machine that is gone.
OWN_REMEDIES = {"SsmCompliancePatchOverdue", "SsmComplianceInstanceSilent", "SsmComplianceNeverScanned"}
# Commands that change something: the service, the operation, and what it is asked to do.
CHANGES = re.compile(r"aws (ssm (?:send-command|start-associations-once|update-patch-baseline)|ec2 reboot-instances)\b(.*)")
def changes(commands):
    """What commands change, without the ids that they name."""
    for command in commands:
        for found in CHANGES.finditer(command):
            operation, arguments = found.groups()
            document = re.search(r"--document-name (\S+)", arguments)
            parameters = re.search(r"--parameters (Operation=\S+)", arguments)
            yield " ".join([operation, *(it.group(1) for it in (document, parameters) if it)])


def disagreement(page, patient):
    """Whether the runbook changes something else than `explain` says, on this instance."""
    steps = patient.finding["remedy"]["steps"]
    wanted = list(changes(command for step in steps for command in step["commands"]))
    fix = [it for it in page.in_section(FIX) if it.language == "sh" and it.conditions <= patient.traits]
    there = list(changes(command for block in fix for command in block.commands()))
    return None if wanted == there else f"explain changes {wanted}, the runbook {there}"


class Rounds:
    """All pages, with what each of them needs."""

    def __init__(self, clinic, shell, exporter, labels):
        self.clinic, self.shell, self.exporter, self.labels = clinic, shell, exporter, labels

    def visit(self, page):
        """Problems of one page."""
        try:
            return [problem for problem in self.problems(page) if problem]
        except Exception as error:  # every failure is a line of the report
            return [f"{type(error).__name__}: {error}"]

    def problems(self, page):
        if found := list(runbook_pages.problems(page, self.labels)):
            yield from found
            return
        if page.name not in CAUSES:
            is_watched = is_about_exporter(page)
            values = self.values(page, BAD if is_watched else FLEET)
            yield self.shell.run(page, values, endpoint=self.exporter["endpoint"] if is_watched else None)
            return
        for patient in self.patients[page.name]:
            if problem := self.treat(page, patient):
                yield f"{patient.id}: {problem}"

    def admit(self, chosen):
        """Nobody is treated twice, so all patients are chosen before the first one is."""
        self.patients = {page.name: self.clinic.chosen(page) for page in chosen if page.name in CAUSES}

    def treat(self, page, patient):
        cause = CAUSES[page.name]
        if cause and cause not in patient.causes:
            return f"explain does not say {cause}"
        if cause and page.name not in OWN_REMEDIES and (problem := disagreement(page, patient)):
            return problem
        by_hand = self.mending(patient) if page.name in HANDWORK and not self.is_gone(page, patient) else ""
        values = self.values(page, GOOD, patient)
        return self.shell.run(page, values, patient.traits, by_hand) or self.relapse(page, patient, cause, values)

    def mending(self, patient):
        order = {"account_id": GOOD[0], "region": GOOD[1], "instance_id": patient.id}
        return f"curl -sSf -d '{json.dumps(order)}' {self.clinic.simulation.endpoint}/-/mend"

    @staticmethod
    def is_gone(page, patient):
        """A hybrid node that is silent stands for a machine that does not exist any more."""
        return page.name == "SsmComplianceInstanceSilent" and "hybrid" in patient.traits

    def relapse(self, page, patient, cause, values):
        """Whether the trouble is still there."""
        if page.name == "SsmCompliancePatchOverdue":
            _, report, _ = self.clinic.explainer.run("--patch", values["patch_id"])
            ill = [it["instance_id"] for it in report["instances"]]
            return "the patch is still missing" if patient.id in ill else None
        if cause is None:
            return None if patient.id in self.clinic.summarised("Association") else "no compliance of associations yet"
        _, report, errors = self.clinic.explainer.run(patient.id)
        left = causes(report["explanations"][0]) if report and report["explanations"] else {errors}
        return f"it does not heal: {sorted(left)}" if cause in left else None

    def values(self, page, target, patient=None):
        account, region = target
        values = {
            "account_id": account,
            "region": region,
            "exporter": f"http://{self.exporter['address']}",
            "config_file": self.exporter["configuration"],
            "role_arn": ROLE.format(account),
            "external_id": "s3cret",
            "reason": "association_failed",
            "association_id": self.exporter["association"],
            "instance_id": self.exporter["instance"],
        }
        if patient:
            values |= {"instance_id": patient.id, "compliance_type": patient.finding.get("compliance_type", "")}
            if page.name == "SsmCompliancePatchOverdue":
                values["patch_id"] = patient.finding["evidence"]["patches"][0]["id"]
        if page.name == "SsmComplianceResourcesSkipped":
            values |= {"account_id": GOOD[0], "region": GOOD[1]}
        return values


def is_about_exporter(page):
    return f"alert: {page.name}\n" in (stack.ALERTS / "ssm-compliance.exporter.yaml").read_text()


def asked(page):
    """The expressions of a page, with the alert's labels, without the bound to which a value is compared."""
    account, region = BAD if is_about_exporter(page) else GOOD
    for block in page.blocks:
        if block.language != "promql":
            continue
        for expression in block.expressions():
            text = expression.replace('account_id="111122223333"', f'account_id="{account}"')
            text = text.replace('region="eu-west-1"', f'region="{region}"')
            yield block.line, re.sub(r"\s*(==|>|<) *[\d.]+\s*$", "", text)


def unanswered(folder, exporter, chosen):
    """The expressions that find nothing, however long one waits. Prometheus ends with this: it is busy all the time."""
    rules = stack.write_rules(folder)
    with stack.prometheus(folder, rules, exporter["address"], "127.0.0.1:1") as prometheus:
        return wait_for_answers(prometheus, chosen)


def wait_for_answers(prometheus, chosen):
    waiting = [(page.name, line, text) for page in chosen for line, text in asked(page)]
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        waiting = [it for it in waiting if not answers(prometheus, it[2])]
        if not waiting or time.monotonic() > end:
            return [(name, f"line {line}: nothing is found by {text}") for name, line, text in waiting]
        time.sleep(1)


def answers(prometheus, expression):
    try:
        return prometheus.instant(expression)
    except OSError:
        return None


@contextlib.contextmanager
def serving(binary, endpoint, folder):
    """An exporter that reads the good target and the bad one, with its address, its process and its log."""
    configuration = stack.exporter_configuration(stack.Aws(binary))
    configuration["api"] = {"requests_per_second": 1000, "endpoint_url": endpoint}
    configuration["organization"]["refresh"] = "1s"
    path = stack.write(folder / "exporter.yaml", configuration)
    address, log = f"127.0.0.1:{free_port()}", folder / "exporter.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [binary, f"--config.file={path}", f"--web.listen-address={address}"],
            env=os.environ | stack.CREDENTIALS,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        try:
            wait_for("the exporter is ready", lambda: fetch(f"http://{address}/-/ready"))
            found = {"address": address, "configuration": str(path), "pid": process.pid, "log": str(log)}
            rows = Simulation(endpoint).rows("DescribeInstanceInformation", "InstanceInformationList")
            yield found | {"endpoint": endpoint, "instance": rows[0]["InstanceId"]}
        finally:
            process.terminate()
            process.wait(30)


def simulating(binary, *flags):
    flags = ["--sim.listen=127.0.0.1:0", "--sim.seed=1", "--sim.drift=0", "--sim.latency=0s", *flags]
    return started(binary, "simulate", r"on (http://\S+)", *flags)


def environment(binary, endpoint, folder, programs, exporter):
    explain = folder / "explain.yaml"
    explain.write_text("api:\n  requests_per_second: 1000\n")
    # In a file, and not in the environment, where a variable that a block sets and forgets to export would work.
    profile = folder / "credentials"
    profile.write_text("[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = example\n")
    others = {name: value for name, value in CREDENTIALS.items() if "KEY" not in name}
    return {
        "PATH": f"{programs}:{os.defpath}",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_PAGER": "",
        "EXPORTER_BINARY": str(pathlib.Path(binary).resolve()),
        "EXPORTER_LOG": exporter["log"],
        "EXPORTER_PID": str(exporter["pid"]),
        "EXPLAIN_CONFIG": str(explain),
    } | others | {"AWS_SHARED_CREDENTIALS_FILE": str(profile)}


def failed_association(endpoint):
    """An association of the fleet that has failed somewhere."""
    account, region = FLEET
    rows = json.loads(
        subprocess.run(
            ["aws", "ssm", "list-associations", "--region", region, "--endpoint-url", endpoint, "--output", "json"],
            env=CREDENTIALS | {"PATH": os.environ["PATH"]},
            capture_output=True,
            check=True,
        ).stdout
    )["Associations"]
    return next(row["AssociationId"] for row in rows if row["Overview"]["Status"] == "Failed")


def check(binary, chosen):
    """Names and problems, of pages one after the other."""
    with contextlib.ExitStack() as open_now:
        folder = pathlib.Path(open_now.enter_context(tempfile.TemporaryDirectory()))
        programs = open_now.enter_context(tempfile.TemporaryDirectory())
        # Before any thread is started: the CLI answers from forks of this process.
        open_now.enter_context(aws_cli.installed(programs))
        os.environ["PATH"] = f"{programs}:{os.environ['PATH']}"
        stand_ins.install(programs)
        endpoint = open_now.enter_context(simulating(binary, f"--sim.instances={INSTANCES}", "--sim.accounts=1"))
        faults = [f"--sim.fault={fault}" for fault in FAULTS]
        watched = open_now.enter_context(simulating(binary, f"--sim.instances={WATCHED_INSTANCES}", *faults))
        exporter = open_now.enter_context(serving(binary, watched, folder))
        exporter["association"] = failed_association(endpoint)
        pool = open_now.enter_context(concurrent.futures.ThreadPoolExecutor(WORKERS + 1))
        queries = pool.submit(unanswered, folder, exporter, chosen)
        configuration = folder / "remedies.yaml"
        configuration.write_text(f"api: {{endpoint_url: {endpoint}, requests_per_second: 1000}}\naccounts: [{{regions: [{GOOD[1]}]}}]\n")
        clinic = Clinic(Simulation(endpoint), Explainer(binary, str(configuration)))
        shell = Shell(environment(binary, endpoint, folder, programs, exporter), folder)
        rounds = Rounds(clinic, shell, exporter, runbook_pages.labels_of_alerts())
        rounds.admit(chosen)
        for page, found in zip(chosen, pool.map(rounds.visit, chosen)):
            yield page.name, found
        for name, problem in queries.result():
            yield name, [problem]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary, names = sys.argv[1], sys.argv[2:]
    chosen = [page for page in runbook_pages.pages() if not names or page.name in names]
    failed, blocks = {}, sum(len(page.blocks) for page in chosen)
    for name, found in check(binary, chosen):
        failed.setdefault(name, []).extend(found)
        for problem in found:
            print(f"FAILED {name}: {problem}", flush=True)
    bad = sum(bool(found) for found in failed.values())
    print(f"{blocks} blocks")
    print(f"{len(failed) - bad} passed, {bad} failed")
    sys.exit(1 if bad or not failed else 0)


if __name__ == "__main__":
    main()
