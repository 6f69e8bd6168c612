#!/usr/bin/env python3
"""A day of notifications about 40 accounts of 300 instances: day.py EXPORTER_BINARY

The exporter over the simulated fleet, which drifts; the shipped rules in a real Prometheus, and the shipped routes in
a real Alertmanager. A day takes 144 seconds: every duration of the routes is divided, and thresholds that count from
when Prometheus first saw a state are those for trying, so every instance that is non-compliant counts as one that has
been so for long. Prints what was sent in the day after the first digests, "N passed, N failed" last, and ends with 1
if anything failed. It takes some minutes, so it is no part of `make test`.
"""

import collections
import contextlib
import http.server
import json
import pathlib
import re
import subprocess
import tempfile
import threading
import time

import durations
import stack
from checks import Checks, binary
from programs import fetch, free_port, running, started, wait_for

ACCOUNTS, INSTANCES = 40, 300
FLEET = [f"--sim.accounts={ACCOUNTS}", f"--sim.instances={INSTANCES}", "--sim.regions=eu-west-1", "--sim.latency=0s"]
# A twentieth of the fleet changes a day, which is 2.4 minutes.
DRIFT = "--sim.drift=0.02"
FACTOR = 600
DAY_SECONDS = 86_400 / FACTOR
WARMUP_SECONDS = 30
# A digest more than one a day, when all of an account's alerts have ended in between.
MAX_DIGESTS_PER_ACCOUNT = 2
# What a description tells to do: one of these words is in each.
WORDS = "Install|Reboot|Remove|Approve|Scan|Ask|Look|Start|start|Set up|says? why|Restart"
REMEDY = re.compile(rf"[.:] (?:.* )?({WORDS})\b")

checks = Checks()


class Notifications(list):
    """What Alertmanager has sent: when, to whom, and the alerts that are new or firing in it."""

    @contextlib.contextmanager
    def listening(self):
        sent = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """One POST per notification; the path names the receiver."""

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                sent.append((time.time(), self.path.strip("/"), body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()

    def since(self, start):
        """What was sent after that."""
        return Notifications(row for row in list(self) if row[0] > start)

    def of(self, receiver):
        return [body for _, to, body in list(self) if to == receiver]


def write_routes(folder, url):
    """The shipped routes, with a day of six minutes."""
    document = durations.divided(stack.shipped(stack.ROUTES))
    for receiver in document["receivers"]:
        receiver["webhook_configs"] = [{"url": f"{url}/{receiver['name']}", "send_resolved": False}]
    return stack.write(folder / "alertmanager.yml", document)


def is_kept(rule):
    """Whether a threshold stays as shipped: shares, periods, and ages that AWS itself tells."""
    told = rule.get("labels", {}).get("reason") in ("scan_old", "silent")
    return told or rule["record"].endswith((":ratio", ":periods"))


def write_rules(folder, exporter, pager):
    """Rules and thresholds for trying, but for the shares of a fleet, which are as shipped, and what is made up."""
    script = str(stack.ALERTS / "demo" / "rules.sh")
    subprocess.run(["sh", script, str(folder), exporter], check=True, capture_output=True)
    (shipped,) = stack.shipped(stack.ALERTS / "ssm-compliance.thresholds.yaml")["groups"]
    kept = {(rule["record"], str(rule.get("labels"))): rule for rule in shipped["rules"] if is_kept(rule)}
    path = folder / "ssm-compliance.thresholds.yaml"
    document = stack.shipped(path)
    (group,) = document["groups"]
    rules = [kept.get((rule["record"], str(rule.get("labels"))), rule) for rule in group["rules"]]
    # What is made up for trying, and what is off as shipped.
    unwanted = re.compile("aws_ssm_exporter_|.*:bytes")
    group["rules"] = [rule for rule in rules if not unwanted.match(rule["record"])]
    stack.write(path, document)
    for rule_file in folder.glob("ssm-compliance.*.yaml"):
        # 12,000 instances every 5 s would be a load that no real evaluation is.
        slower = re.sub(r'("interval": "|interval: )5s', r"\g<1>15s", rule_file.read_text())
        rule_file.write_text(slower.replace("for: 10s", "for: 30s"))
    document = stack.shipped(folder / "prometheus.yml")
    document["global"]["scrape_interval"], document["global"]["scrape_timeout"] = "15s", "15s"
    document["scrape_configs"][0]["static_configs"] = [{"targets": [exporter]}]
    document["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [pager]}]}]}
    return stack.write(folder / "prometheus.yml", document)


class Day:
    """All that was sent within one day."""

    def __init__(self, sent, prometheus):
        self.sent, self.prometheus = sent, prometheus

    def tell(self):
        for receiver in sorted({to for _, to, _ in self.sent}):
            bodies = self.sent.of(receiver)
            alerts = [len(body["alerts"]) for body in bodies]
            print(f"{receiver}: {len(bodies)} notifications, {sum(alerts)} alerts, at most {max(alerts)} in one")
        rows = [alert for _, _, body in self.sent for alert in body["alerts"]]
        told = {alert["fingerprint"]: alert["labels"]["alertname"] for alert in rows}
        for name, count in collections.Counter(told.values()).most_common():
            print(f"{count:6d} {name}")
        ((_, active),) = [row["value"] for row in self.prometheus.instant('count(ALERTS{alertstate="firing"})')]
        print(f"{active} alerts fire; the last evaluations took:")
        groups = self.prometheus.ask("rules")["groups"]
        for group in groups:
            print(f"{group['evaluationTime']:6.2f} s {group['name']}")
        example = next(body for body in self.sent.of("ssm-compliance-digest"))["alerts"][:3]
        print(*(alert["annotations"]["description"] for alert in example), sep="\n")


@checks.check
def one_digest_a_day(day):
    """No account has more than one digest a day, and the one that comes with its first alert."""
    counts = collections.Counter(body["groupLabels"]["account_id"] for body in day.sent.of("ssm-compliance-digest"))
    assert len(counts) >= ACCOUNTS, f"only {len(counts)} accounts have a digest"
    assert max(counts.values()) <= MAX_DIGESTS_PER_ACCOUNT, counts.most_common(3)


@checks.check
def instances_are_in_digests_only(day):
    """No single instance has a ticket or a page of its own."""
    loud = [alert["labels"] for _, to, body in day.sent if "digest" not in to for alert in body["alerts"]]
    assert not [labels for labels in loud if "instance_id" in labels], loud[:3]


@checks.check
def each_says_enough(day):
    """Every alert of an instance says which host in which account, what is wrong, and what to do."""
    alerts = [alert for _, _, body in day.sent for alert in body["alerts"] if "instance_id" in alert["labels"]]
    for alert in alerts:
        text = alert["annotations"]["description"]
        assert re.match(r"Instance m?i-\w+ \(\S+\) of account \d+", text), text
        assert REMEDY.search(text), text
        assert "runbook_url" in alert["annotations"]
    assert alerts


@contextlib.contextmanager
def everything(program, folder):
    sent = Notifications()
    with contextlib.ExitStack() as alive:
        routes = write_routes(folder, alive.enter_context(sent.listening()))
        page = f"127.0.0.1:{free_port()}"
        demo = [f"--web.listen-address={page}", "--log.level=warn", *FLEET, DRIFT]
        alive.enter_context(started(program, "demo", r"metrics +(\S+)", *demo))
        wait_for("the demo is ready", lambda: fetch(f"http://{page}/-/ready"), 300)
        pager = alive.enter_context(stack.alertmanager(folder, routes))
        web = f"127.0.0.1:{free_port()}"
        flags = [f"--config.file={write_rules(folder, page, pager)}", f"--storage.tsdb.path={folder}/data"]
        alive.enter_context(running("prometheus", *flags, f"--web.listen-address={web}"))
        wait_for("Prometheus is ready", lambda: fetch(f"http://{web}/-/ready"))
        wait_for("the first digest comes", lambda: sent.of("ssm-compliance-digest"), 300)
        # The first digests hold what there was when Prometheus started; the next day is like all others.
        time.sleep(DAY_SECONDS + WARMUP_SECONDS)
        yield Day(sent.since(time.time() - DAY_SECONDS), stack.Prometheus(f"http://{web}"))


def main():
    durations.FACTOR = FACTOR
    with tempfile.TemporaryDirectory() as folder, everything(binary(__doc__), pathlib.Path(folder)) as day:
        day.tell()
        failures = checks.failures(day)
    checks.report(failures)


if __name__ == "__main__":
    main()
