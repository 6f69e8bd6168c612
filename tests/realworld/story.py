"""What happens on the stack that pages, as AWS, Prometheus, Alertmanager and the receiver each tell it.

What should have happened is not here.
"""

import contextlib
import datetime
import json
import pathlib
import re
import time
import urllib.parse

import stack
from programs import fetch, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Ages and rates need some refreshes, alerts about a day a divided day, and a busy machine several times that.
PATIENCE = 240


class Story:
    """What all checks share."""

    def __init__(self, folder, aws, exporter, pager, prometheus, receiver):
        self.folder, self.aws, self.exporter = folder, aws, exporter
        self.pager, self.prometheus, self.receiver = pager, prometheus, receiver
        self.scanned_before = self.scan_ages()
        self.paged = None

    def told(self, receiver, status, labels):
        """The first alert that a receiver is told of with exactly these labels."""
        what = f"{receiver} is told that {labels['alertname']} is {status}"
        alert = wait_for(what, lambda: self.receiver.first(receiver, status, labels), PATIENCE)
        assert alert["labels"] == labels, f"labels are {alert['labels']}, not {labels}"
        return alert

    def known(self, **labels):
        """Alertmanager's alerts with these labels; those that inhibit one are named in it."""
        rows = json.loads(fetch(f"http://{self.pager}/api/v2/alerts"))
        names = {row["fingerprint"]: row["labels"]["alertname"] for row in rows}
        for row in rows:
            row["by"] = {names[mark] for mark in row["status"]["inhibitedBy"] if mark in names}
        return [row for row in rows if labels.items() <= row["labels"].items()]

    def summaries(self):
        """The Patch summaries of the good target's listed instances, as AWS tells them."""
        listed = {row["InstanceId"] for row in self.aws.rows("DescribeInstanceInformation", "InstanceInformationList")}
        rows = self.aws.rows("ListResourceComplianceSummaries", "ResourceComplianceSummaryItems")
        patch = [row for row in rows if row["ComplianceType"] == "Patch"]
        return {row["ResourceId"]: row for row in patch if row["ResourceId"] in listed}

    def scan_ages(self):
        rows = self.summaries().items()
        return {name: time.time() - row["ExecutionSummary"]["ExecutionTime"] for name, row in rows}

    def failed_patches(self):
        """Ids of the good target's non-compliant instances with failed patches, as AWS tells them."""
        ids, failed = [name for name, row in self.summaries().items() if row["Status"] == "NON_COMPLIANT"], set()
        for start in range(0, len(ids), 50):
            batch = {"InstanceIds": ids[start : start + 50]}
            rows = self.aws.rows("DescribeInstancePatchStates", "InstancePatchStates", **batch)
            failed |= {row["InstanceId"] for row in rows if row["FailedCount"] > 0}
        return failed


@contextlib.contextmanager
def everything(binary, folder):
    """The whole stack, with all well."""
    with contextlib.ExitStack() as alive:
        aws = stack.Aws(binary)
        alive.callback(lambda: aws.alive.close())
        aws.start()
        receiver = alive.enter_context(stack.Receiver().listening())
        rules, routes = stack.write_rules(folder), stack.write_routes(folder, receiver.url)
        exporter = alive.enter_context(stack.exporter(binary, aws, folder))
        pager = alive.enter_context(stack.alertmanager(folder, routes))
        prometheus = alive.enter_context(stack.prometheus(folder, rules, exporter, pager))
        yield Story(folder, aws, exporter, pager, prometheus, receiver)


def linked(alert):
    """All annotations are there; the runbook exists, and the link to the dashboard names the target."""
    notes = alert["annotations"]
    assert set(notes) == {"summary", "description", "runbook_url", "dashboard_url"}, notes
    path = notes["runbook_url"].partition("/blob/main/")[2]
    assert path.endswith(f"/{alert['labels']['alertname']}.md") and (ROOT / path).is_file(), notes["runbook_url"]
    link = urllib.parse.urlsplit(notes["dashboard_url"])
    assert (ROOT / "dashboards" / f"{link.path.removeprefix('/d/')}.json").is_file(), notes["dashboard_url"]
    chosen = dict(urllib.parse.parse_qsl(link.query))
    assert chosen["var-account"] == alert["labels"]["account_id"], notes["dashboard_url"]
    assert chosen["var-region"] == alert["labels"]["region"], notes["dashboard_url"]
    assert alert["labels"]["account_id"] in notes["description"], notes["description"]


def canonical(rows):
    """Label sets that compare."""
    return sorted(json.dumps(labels, sort_keys=True) for labels in rows)


def labels_of(alerts):
    return [alert["labels"] for alert in alerts]


def ids(rows):
    return {labels["instance_id"] for labels in rows}


def moment(text):
    """A point in time of Alertmanager's, whose fractions of seconds have any length."""
    whole = re.match(r"[\d-]+T[\d:]+", text)[0]
    return datetime.datetime.fromisoformat(f"{whole}+00:00").timestamp()
