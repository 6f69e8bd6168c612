#!/usr/bin/env python3
"""Lets a fault page, and heal, from end to end: paging.py EXPORTER_BINARY

Simulated AWS, the exporter, the shipped rules in a real Prometheus, the shipped routes in a real Alertmanager, and a
receiver of its webhooks; all durations of rules and routes are divided by one factor. Runs the query of every panel
of the shipped dashboards against that Prometheus, too. Prints one line per failure, "N passed, N failed" last, and ends
with 1 if anything failed.
"""

import collections
import json
import pathlib
import subprocess
import tempfile
import time

import calm
import durations
import panels
import stack
from checks import Checks, binary
from programs import fetch, wait_for
from story import PATIENCE, canonical, everything, ids, labels_of, linked, moment

PAGER, TICKETS, DIGEST = "ssm-compliance-pager", "ssm-compliance-tickets", "ssm-compliance-digest"

GOOD, BAD = ({"account_id": account, "region": region} for account, _, region in [stack.GOOD, stack.BAD])
# What is injected: one account denies its list of instances, the other the one of its associations.
NO_INSTANCES = f"deny:DescribeInstanceInformation@{BAD['account_id']}/{BAD['region']}"
NO_ASSOCIATIONS = f"deny:ListAssociations@{GOOD['account_id']}/{GOOD['region']}"
# Queries of panels that find nothing while all is well, with the fault that fills them.
EMPTY_WHEN_WELL = {"ssm-compliance-exporter: Failing collectors (A)": NO_INSTANCES}

TARGET_DOWN = {"alertname": "SsmComplianceTargetDown", "severity": "critical"} | BAD
COLLECTOR_FAILING = {
    "alertname": "SsmComplianceCollectorFailing",
    "severity": "warning",
    "collector": "associations",
    "reason": "access_denied",
} | GOOD
PATCH = {"compliance_type": "Patch", "severity": "warning"} | GOOD

# In this order: they tell one story.
checks = Checks()


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@checks.check
def rules_differ_by_the_factor(story):
    """The rules that are tested differ from the shipped ones by one factor in their durations, and in nothing else."""
    for path in stack.RULES:
        found = durations.differences(stack.shipped(path), stack.shipped(story.folder / path.name))
        assert not found, f"{path.name}: {found}"
    run("promtool", "check", "rules", *(str(story.folder / path.name) for path in stack.RULES))


@checks.check
def routes_differ_by_the_factor(story):
    """The routes that are tested differ from the shipped ones by that factor, and in what the receivers send with."""
    shipped, short = stack.shipped(stack.ROUTES), stack.shipped(story.folder / "alertmanager.yml")
    for receiver in short["receivers"]:
        del receiver["webhook_configs"]
    found = durations.differences(shipped, short)
    assert not found, found


@checks.check
def another_change_would_show(story):
    """A rule with another label, number, undivided duration or text is found to differ."""
    shipped = stack.shipped(stack.ALERTS / "ssm-compliance.exporter.yaml")
    text = json.dumps(stack.shipped(story.folder / "ssm-compliance.exporter.yaml"))
    for old, new in [('"critical"', '"warning"'), ("== 0", "== 1"), ('"for": "750ms"', '"for": "15m"'), ("Some ", "")]:
        assert old in text, f"{old} is not in the rules"
        assert durations.differences(shipped, json.loads(text.replace(old, new, 1))), f"{new} for {old} is not seen"


@checks.check
def every_query_finds_something(story):
    """While all is well, every query of every panel finds something, but for those that say which fault fills them."""
    wanted = set(panels.all_queries())
    assert EMPTY_WHEN_WELL.keys() <= wanted, EMPTY_WHEN_WELL.keys() - wanted
    left = panels.left_empty(story.prometheus, wanted - EMPTY_WHEN_WELL.keys())
    assert not left, f"{len(left)} find nothing: {left}"


@checks.check
def exceptions_are_exceptions(story):
    """Those that need a fault find nothing without it."""
    found = set(EMPTY_WHEN_WELL) - set(panels.empty(story.prometheus, EMPTY_WHEN_WELL))
    assert not found, f"needs no fault: {found}"


@checks.check
def nobody_is_paged_while_all_is_well(story):
    """While all is well, nothing critical and nothing about targets and collectors is told."""
    told = [alert["labels"] for _, alert in list(story.receiver.notifications)]
    loud = [row for row in told if row["severity"] == "critical" or "instance_id" not in row]
    assert not loud, loud


@checks.check
def hardly_an_alert_while_all_is_well(story):
    """Under the shipped rules as they are, at most 5 alerts fire for the fleet as it is."""
    page = fetch(f"http://{story.exporter}/metrics", accept="text/plain;version=0.0.4").decode()
    calm.check(page, stack.RULES, time.time(), story.folder)


@checks.check
def old_scans_are_told(story):
    """Exactly the instances that were last scanned before the divided limit are in a digest, with their labels and host."""
    limit = calm.DAY * 7 / durations.FACTOR
    # Scans go on: only those count that are clearly old, or young, whenever one looks.
    looks = [story.scanned_before, story.scan_ages()]
    old = set.intersection(*({name for name, age in look.items() if age > limit + 60} for look in looks))
    never = set.intersection(*({name for name, age in look.items() if age < limit - PATIENCE} for look in looks))
    assert old, "no scan is old"
    labels = {"alertname": "SsmComplianceScanOld", "reason": "scan_old"} | PATCH

    def told():
        return story.receiver.labels(DIGEST, "firing", **labels)

    wait_for("all old scans are told", lambda: old <= ids(told()), PATIENCE)
    odd = ids(told()) - looks[0].keys() | ids(told()) & never
    assert not odd, f"told without a reason: {odd}"
    assert all(row == labels | {"instance_id": row["instance_id"]} for row in told()), told()[0]
    for alert in story.receiver.alerts(DIGEST, "firing", **labels):
        assert f"{alert['labels']['instance_id']} (" in alert["annotations"]["description"], alert


@checks.check
def a_dead_target_pages(story):
    """A target whose list of instances is denied pages once it was not read for some periods, with the right labels."""
    story.aws.start(NO_INSTANCES, NO_ASSOCIATIONS)
    page = story.told(PAGER, "firing", TARGET_DOWN)
    story.paged = time.time()
    linked(page)

    def inhibits():
        return any(TARGET_DOWN["alertname"] in row["by"] for row in story.known(**BAD))

    wait_for("Alertmanager inhibits by it", inhibits, PATIENCE)


@checks.check
def a_failing_collector_is_told(story):
    """A collector that is denied where the target is up is a ticket with the collector and the reason, and no page."""
    linked(story.told(TICKETS, "firing", COLLECTOR_FAILING))
    (up,) = [row for row in story.prometheus.instant("aws_ssm_up") if GOOD.items() <= row["metric"].items()]
    assert up["value"][1] == "1"


@checks.check
def faults_fill_their_panels(story):
    """The faults fill the panels that are empty while all is well."""
    assert set(EMPTY_WHEN_WELL.values()) <= {NO_INSTANCES, NO_ASSOCIATIONS}
    left = panels.left_empty(story.prometheus, EMPTY_WHEN_WELL)
    assert not left, left


@checks.check
def failed_patches_fire(story):
    """A divided day later, exactly the non-compliant instances with failed patches fire, with their labels."""
    failed = story.failed_patches()
    assert failed, "no instance has failed patches"
    labels = {"alertname": "SsmCompliancePatchesFailed", "reason": "patches_failed"} | PATCH
    wanted = canonical(labels | {"instance_id": name} for name in failed)

    def firing():
        return canonical(story.prometheus.firing(alertname=labels["alertname"], **GOOD)) == wanted

    wait_for(f"{len(wanted)} instances with failed patches fire", firing, PATIENCE)
    wait_for("Alertmanager knows them", lambda: canonical(labels_of(story.known(**labels))) == wanted, PATIENCE)
    # AWS's pings are no faster than AWS: under the divided limit most agents are silent, and that inhibits.
    for row in story.known(**labels):
        assert row["status"]["state"] == "active" or row["by"] == {"SsmComplianceInstanceSilent"}, row
    assert set(canonical(story.receiver.labels(DIGEST, "firing", **labels))) <= set(wanted)


@checks.check
def a_dead_target_is_told_once(story):
    """While the dead target pages, whatever else fires there is inhibited by that, and what is new is not told."""
    assert story.paged, "it has not paged"

    def quiet():
        rows = [row for row in story.known(**BAD) if row["labels"]["alertname"] != TARGET_DOWN["alertname"]]
        late = [row for row in rows if moment(row["startsAt"]) > story.paged + 2]
        return late and all(TARGET_DOWN["alertname"] in row["by"] for row in rows)

    wait_for("what else fires at the dead target is inhibited", quiet, PATIENCE)
    rows = [alert for _, alert in list(story.receiver.notifications) if BAD.items() <= alert["labels"].items()]
    late = [alert["labels"] for alert in rows if moment(alert["startsAt"]) > story.paged + 2]
    assert not late, f"{len(late)} are told, the first: {late[0]}"


@checks.check
def healing_resolves(story):
    """Once AWS answers again, the page and the ticket resolve, and Prometheus has neither."""
    story.aws.start()
    story.told(PAGER, "resolved", TARGET_DOWN)
    story.told(TICKETS, "resolved", COLLECTOR_FAILING)
    names = [TARGET_DOWN["alertname"], COLLECTOR_FAILING["alertname"]]
    assert not [row for name in names for row in story.prometheus.firing(alertname=name)]


@checks.check
def severities_go_where_they_belong(story):
    """The pager was told of nothing but what is critical, and only of the dead target; tickets are warnings."""
    told = collections.defaultdict(set)
    for receiver, alert in story.receiver.notifications:
        told[receiver].add((alert["labels"]["severity"], alert["labels"]["alertname"]))
    assert told.pop(PAGER) == {("critical", "SsmComplianceTargetDown")}, told
    assert {severity for severity, _ in told.pop(TICKETS)} == {"warning"}
    assert {severity for severity, _ in told.pop(DIGEST)} <= {"info", "warning"}
    assert not told, told


def main():
    with tempfile.TemporaryDirectory() as folder, everything(binary(__doc__), pathlib.Path(folder)) as story:
        failures = checks.failures(story, timed=True)
    checks.report(failures)


if __name__ == "__main__":
    main()
