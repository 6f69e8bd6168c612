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
import dataclasses
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
from programs import fetch, free_port, started, wait_for
from remedies import CREDENTIALS, Explainer, Simulation

FIX = "What to do"
# Alerts about instances are of the first target, those about the exporter of the second, those about fleets of the third.
GOOD, BAD = (stack.GOOD[0], stack.GOOD[2]), (stack.BAD[0], stack.BAD[2])
FLEET = (GOOD[0], BAD[1])
# So many that each trouble is found on each platform. An exporter that reads them all the time would keep the machine busy,
# so it has a small fleet of its own.
INSTANCES, WATCHED_INSTANCES = 1000, 100
WORKERS = 4
STALE_SECONDS = 30 * 86400
PATIENCE_SECONDS = 90
FAULTS = [f"deny:DescribeInstanceInformation@{'/'.join(BAD)}", f"throttle:ListAssociations@{'/'.join(BAD)}:0.5"]
ROLE = "arn:aws:iam::{}:role/ssm-compliance-exporter"

# The cause that `explain` names, of the alerts about instances.
CAUSES = {
    "SsmCompliancePatchesMissing": "patches_missing",
    "SsmCompliancePatchesFailed": "patches_failed",
    "SsmComplianceRebootPending": "reboot_pending",
    "SsmCompliancePatchesRejected": "patches_rejected",
    "SsmComplianceSecurityUpdatesAvailable": "security_updates_available",
    "SsmComplianceInventoryFailed": "inventory_failed",
    "SsmCompliancePatchAssociationNoncompliant": "patch_association_noncompliant",
    "SsmComplianceAssociationFailed": "association_failed",
    "SsmComplianceCustomItems": "custom_items",
    "SsmComplianceUnexplained": "unexplained",
    "SsmComplianceNeverScanned": "never_scanned",
    "SsmComplianceScanOld": "scan_stale",
    "SsmComplianceInstanceSilent": "agent_offline",
    "SsmCompliancePatchOverdue": "patches_missing",
    "SsmComplianceAssociationUnreported": None,
}
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
PACKAGES_BY_YUM = ("Amazon Linux", "Red Hat", "CentOS", "Oracle", "Rocky", "Alma")
# Commands that change something: the service, the operation, and what it is asked to do.
CHANGES = re.compile(r"aws (ssm (?:send-command|start-associations-once|update-patch-baseline)|ec2 reboot-instances)\b(.*)")
# Commands that print nothing, on purpose.
SILENT = re.compile(
    r"\w+=|export |read |kill |aws ssm (?:wait|start-associations-once|put-compliance-items|deregister-managed-instance)"
    r"|aws ec2 reboot-instances"
)


@dataclasses.dataclass
class Patient:
    """An instance in trouble, and what conditions of blocks it meets."""

    id: str
    traits: frozenset
    causes: set
    finding: dict


class Clinic:
    """The simulated fleet, and who in it has which trouble."""

    def __init__(self, simulation, explainer):
        self.simulation, self.explainer = simulation, explainer
        listed = simulation.rows("DescribeInstanceInformation", "InstanceInformationList")
        self.rows = {row["InstanceId"]: row for row in listed}
        _, report, _ = explainer.run("--all-noncompliant")
        self.reports = {it["resource_id"]: it for it in report["explanations"]}
        self.taken = set()

    def patients(self, name):
        """Those with the trouble of an alert, those with nothing else first."""
        cause = CAUSES[name]
        if name in SPECIAL:
            ids = SPECIAL[name](self)
            _, report, _ = self.explainer.run(*ids)
            reports = report["explanations"]
        else:
            reports = [it for it in self.reports.values() if cause in causes(it)]
        found = [self.patient(report, cause) for report in reports if not cause or cause in causes(report)]
        return sorted((it for it in found if it.id not in self.taken), key=lambda it: len(it.causes))

    def patient(self, report, cause):
        row = self.rows[report["resource_id"]]
        finding = next((it for it in report["findings"] if it["cause"] == cause), {})
        return Patient(row["InstanceId"], traits(row), causes(report), finding)

    def chosen(self, page):
        """One patient for each condition that a block has, as few as possible."""
        chosen, waiting = [], self.patients(page.name)
        for block in page.blocks:
            wanted = block.conditions - {"fails"}
            if block.language != "sh" or any(wanted <= it.traits for it in chosen):
                continue
            patient = next((it for it in waiting if wanted <= it.traits), None)
            if not patient:
                raise AssertionError(f"line {block.line}: no instance to run it on, {sorted(wanted)}")
            waiting.remove(patient)
            chosen.append(patient)
        self.taken |= {it.id for it in chosen}
        return chosen

    def online(self):
        return [id for id, row in self.rows.items() if row["PingStatus"] == "Online"]

    def never_scanned(self):
        scanned = self.summarised("Patch")
        rows = {id: self.rows[id] for id in self.online() if id not in scanned}
        return [id for id, row in rows.items() if row["PlatformName"] not in ("Bottlerocket", "macOS")][:10]

    def unreported(self):
        reported = self.summarised("Association")
        return [id for id in self.online() if id not in reported][:3]

    def stale(self):
        """Those whose patches are well, so that a scan succeeds."""
        states, ids = [], [id for id in self.online() if id not in self.reports]
        for start in range(0, len(ids), 50):
            batch = {"InstanceIds": ids[start : start + 50]}
            states += self.simulation.rows("DescribeInstancePatchStates", "InstancePatchStates", **batch)
        return [it["InstanceId"] for it in states if time.time() - it["OperationEndTime"] > STALE_SECONDS][:3]

    def silent(self):
        silent = [id for id, row in self.rows.items() if row["PingStatus"] == "ConnectionLost"]
        return [id for id in silent if id not in self.reports][:25]

    def summarised(self, compliance_type):
        filters = [{"Key": "ComplianceType", "Values": [compliance_type]}]
        rows = self.simulation.rows(
            "ListResourceComplianceSummaries", "ResourceComplianceSummaryItems", Filters=filters
        )
        return {row["ResourceId"] for row in rows}


# Troubles that do not make an instance non-compliant.
SPECIAL = {
    "SsmComplianceScanOld": Clinic.stale,
    "SsmComplianceNeverScanned": Clinic.never_scanned,
    "SsmComplianceAssociationUnreported": Clinic.unreported,
    "SsmComplianceInstanceSilent": Clinic.silent,
}


def causes(report):
    return {finding["cause"] for finding in report["findings"]}


def traits(row):
    words = {row["PlatformType"].lower(), "hybrid" if row["ResourceType"] == "ManagedInstance" else "ec2"}
    if row["PlatformName"].startswith(PACKAGES_BY_YUM):
        words.add("yum")
    return frozenset(words)


class Shell:
    """Runs the blocks of one page."""

    def __init__(self, environment, folder):
        self.environment, self.folder = environment, folder

    def run(self, page, values, known=frozenset(), by_hand="", endpoint=None):
        """What went wrong, or None."""
        chosen = [it for it in page.blocks if it.language == "sh" and it.conditions - {"fails"} <= known]
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder, prefix=page.name))
        script = folder / "script"
        script.write_text("\n".join(self.lines(chosen, values, folder, by_hand)))
        done = subprocess.run(
            ["bash", "-euo", "pipefail", str(script)],
            env=self.environment | ({"AWS_ENDPOINT_URL": endpoint} if endpoint else {}),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        for number, block in enumerate(chosen):
            if problem := outcome(block, folder / str(number), last=number == last_run(folder), code=done.returncode):
                return f"line {block.line}: {problem}"
        return f"exit code {done.returncode}: {done.stderr}" if done.returncode else None

    def lines(self, chosen, values, folder, by_hand):
        is_mended = False
        for number, block in enumerate(chosen):
            if block.section == FIX and by_hand and not is_mended:
                is_mended = True
                yield by_hand
            yield f"echo {number} >{folder}/last"
            text, out = filled_in(block.text, values), f"{folder}/{number}"
            if "fails" in block.conditions:
                yield f"set +e; ( set -e\n{text}\n) >{out}.out 2>{out}.err; echo $? >{out}.code; set -e"
            else:
                yield f"{{\n{text}\n}} >{out}.out 2>{out}.err"


def last_run(folder):
    file = folder / "last"
    return int(file.read_text()) if file.exists() else -1


def outcome(block, stem, last, code):
    """What is wrong with how a block ended."""
    out, err = (stem.with_suffix(end) for end in (".out", ".err"))
    if not out.exists():
        return "it was never reached"
    said, errors = out.read_text(), err.read_text().strip()
    if "fails" in block.conditions:
        return None if "(AccessDeniedException)" in errors else f"it should have been denied: {said}{errors}"
    if last and code:
        return f"exit code {code}: {errors}"
    if any(set(line.split()) == {"None"} for line in said.splitlines()):
        return f"it finds nothing: {said}"
    if not said.strip() and not all(SILENT.match(line) for line in block.commands()):
        return "it prints nothing"
    return None


def filled_in(text, values):
    def value(found):
        return f"{found.group(1)}={values[found.group(1)]}"

    return runbook_pages.PLACEHOLDER.sub(value, text)


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
        yield from runbook_pages.problems(page, self.labels)
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
    return {
        "PATH": f"{programs}:{os.defpath}",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_PAGER": "",
        "EXPORTER_BINARY": str(pathlib.Path(binary).resolve()),
        "EXPORTER_LOG": exporter["log"],
        "EXPORTER_PID": str(exporter["pid"]),
        "EXPLAIN_CONFIG": str(explain),
    } | CREDENTIALS


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
