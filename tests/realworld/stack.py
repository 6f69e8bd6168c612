"""The stack that pages: simulated AWS, the exporter, Prometheus, Alertmanager and a receiver of its webhooks.

All on free ports of the loopback interface, with their data in one temporary folder. What is checked is not here.
"""

import contextlib
import http.server
import json
import pathlib
import threading
import urllib.parse

import yaml

from durations import divided
from programs import fetch, free_port, running, started, wait_for

ALERTS = pathlib.Path(__file__).resolve().parents[2] / "alerts"
RULES = sorted(ALERTS.glob("ssm-compliance.*.yaml"))
ROUTES = ALERTS / "alertmanager.example.yml"
# One target each: account, name and region.
GOOD, BAD = ("111122223333", "production", "eu-west-1"), ("111233334444", "staging", "us-east-1")
# Long enough for a refresh on a busy machine, short enough that four of them (a target that is down) are no wait.
INTERVAL = "4s"
# The demo's fleet, which has something of everything, at rest.
FLEET = ["--sim.seed=1", "--sim.drift=0", "--sim.latency=0s"]
# Any will do: the simulator checks no signatures. Nothing of who runs this may be found instead.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIASIMULATEDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "simulated",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


class Aws:
    """Simulated AWS that can be ended and started again at the same address: equal seeds are equal fleets."""

    def __init__(self, binary, *more):
        self.binary, self.address, self.alive = binary, f"127.0.0.1:{free_port()}", contextlib.ExitStack()
        self.fleet = [*FLEET, *more]

    @property
    def url(self):
        return f"http://{self.address}"

    def start(self, *faults):
        """Starts it with these faults, in place of the one that runs."""
        self.alive.close()
        flags = [f"--sim.listen={self.address}", *self.fleet, *(f"--sim.fault={fault}" for fault in faults)]
        self.alive.enter_context(started(self.binary, "simulate", r"on (http://\S+)", *flags))

    def rows(self, operation, member, **body):
        """All rows of a list of the good target, asked without the exporter."""
        rows = []
        while True:
            answer = self.call(operation, body)
            rows += answer[member]
            if not answer.get("NextToken"):
                return rows
            body["NextToken"] = answer["NextToken"]

    def call(self, operation, body):
        # Every key but a role's belongs to the first account, and the region of its scope is the one that is asked.
        region = GOOD[2]
        credential = f"{CREDENTIALS['AWS_ACCESS_KEY_ID']}/20260101/{region}/ssm/aws4_request"
        headers = {
            "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=00",
            "X-Amz-Target": f"AmazonSSM.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
        }
        return json.loads(fetch(self.url, data=json.dumps(body).encode(), **headers))


class Prometheus:
    """The query API of a Prometheus."""

    def __init__(self, url):
        self.url = url

    def ask(self, path, **parameters):
        return json.loads(fetch(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"))["data"]

    def instant(self, query):
        return self.ask("query", query=query)["result"]

    def range(self, query, start, end, step):
        return self.ask("query_range", query=query, start=start, end=end, step=step)["result"]

    def firing(self, **labels):
        """Labels of the alerts that fire, as Prometheus sends them, if they have these."""
        rows = [row["labels"] for row in self.ask("alerts")["alerts"] if row["state"] == "firing"]
        return [row for row in rows if labels.items() <= row.items()]


class Receiver:
    """Alertmanager's notifications, in the order in which they came."""

    def __init__(self):
        self.notifications = []
        told = self.notifications

        class Handler(http.server.BaseHTTPRequestHandler):
            """One POST per notification; the path names the receiver."""

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                told.extend((self.path.strip("/"), alert) for alert in body["alerts"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def url(self, name):
        return f"http://127.0.0.1:{self.server.server_port}/{name}"

    def alerts(self, receiver, status, **labels):
        """Alerts that a receiver was told of, and told again."""
        rows = [alert for to, alert in list(self.notifications) if to == receiver and alert["status"] == status]
        return [alert for alert in rows if labels.items() <= alert["labels"].items()]

    def labels(self, receiver, status, **labels):
        return [alert["labels"] for alert in self.alerts(receiver, status, **labels)]

    def first(self, receiver, status, labels):
        return next(iter(self.alerts(receiver, status, **labels)), None)

    @contextlib.contextmanager
    def listening(self):
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()


def shipped(path):
    return yaml.safe_load(path.read_text())


def write(path, document):
    """JSON is YAML enough for all of them."""
    path.write_text(json.dumps(document, indent=1))
    return path


def write_rules(folder):
    """The shipped rules with short durations."""
    return [write(folder / path.name, divided(shipped(path))) for path in RULES]


def write_routes(folder, url):
    """The shipped routes with short durations, to receivers that listen here."""
    document = divided(shipped(ROUTES))
    for receiver in document["receivers"]:
        receiver["webhook_configs"] = [{"url": url(receiver["name"]), "send_resolved": True}]
    return write(folder / "alertmanager.yml", document)


def exporter_configuration(aws):
    accounts = [
        {"account_name": name, "regions": [region], "role_arn": f"arn:aws:iam::{number}:role/ssm-compliance-exporter"}
        for number, name, region in [GOOD, BAD]
    ]
    api = {"requests_per_second": 50, "endpoint_url": aws.url}
    # Off by default; panels of single patches need it.
    exposition = {"max_patch_info_series": 1000}
    # Finds the accounts above, which have entries, so that the panels about discovery have something to show.
    organization = {"role_name": "ssm-compliance-exporter", "regions": [GOOD[2]]}
    return {
        "refresh": {"interval": INTERVAL},
        "api": api,
        "accounts": accounts,
        "organization": organization,
        "instance_tags": ["Team"],
        "tag_compliance": ["Team"],
        "exposition": exposition,
    }


@contextlib.contextmanager
def exporter(binary, aws, folder):
    """The address of an exporter that has read its fleet once."""
    configuration = write(folder / "exporter.yaml", exporter_configuration(aws))
    address = f"127.0.0.1:{free_port()}"
    flags = [f"--config.file={configuration}", f"--web.listen-address={address}", "--log.level=warn"]
    with running(binary, "serve", *flags, **CREDENTIALS):
        wait_for("the exporter is ready", lambda: fetch(f"http://{address}/-/ready"))
        yield address


@contextlib.contextmanager
def alertmanager(folder, routes):
    """The address of an Alertmanager without peers."""
    address = f"127.0.0.1:{free_port()}"
    flags = [f"--config.file={routes}", f"--storage.path={folder}/alertmanager", "--cluster.listen-address="]
    with running("prometheus-alertmanager", *flags, f"--web.listen-address={address}"):
        wait_for("Alertmanager is ready", lambda: fetch(f"http://{address}/-/ready"))
        yield address


@contextlib.contextmanager
def prometheus(folder, rules, target, pager):
    """A Prometheus that scrapes the exporter as docs/alerts.md says, evaluates the rules and tells Alertmanager."""
    job = {"job_name": "ssm-compliance", "honor_labels": True, "static_configs": [{"targets": [target]}]}
    document = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(path) for path in rules],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [pager]}]}]},
        "scrape_configs": [job],
    }
    configuration, address = write(folder / "prometheus.yml", document), f"127.0.0.1:{free_port()}"
    flags = [f"--config.file={configuration}", f"--storage.tsdb.path={folder}/prometheus"]
    with running("prometheus", *flags, f"--web.listen-address={address}"):
        wait_for("Prometheus is ready", lambda: fetch(f"http://{address}/-/ready"))
        yield Prometheus(f"http://{address}")
