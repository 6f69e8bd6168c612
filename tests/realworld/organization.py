#!/usr/bin/env python3
"""Discovers an organization that real moto keeps: organization.py EXPORTER_BINARY

moto answers for Organizations and STS, the simulated AWS for Systems Manager. Before moto's STS stands a gateway, which
gives each session the access key of a simulated account, and refuses one role. Prints one line per failure, "N passed, N
failed" last, and ends with 1 if anything failed.
"""

import contextlib
import http.server
import json
import pathlib
import re
import sys
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request

import boto3

from checks import Checks, binary
from programs import fetch, free_port, running, started, wait_for
from stack import CREDENTIALS

ACCOUNTS, REGIONS = 40, ["eu-west-1", "us-east-1", "eu-central-1", "ap-south-1"]
# Of the accounts by number: why each fails, and how the simulated AWS has it fail. The gateway refuses the first one's role.
FAILING = {
    1: ("assume_role_failed", None),
    2: ("access_denied", "deny:*"),
    3: ("server_error", "error500:*"),
    4: ("bad_response", "empty-object:*"),
    5: ("timeout", "hang:DescribeInstanceInformation"),
}
# Two cores that are busy with other checks take long over 160 targets.
PATIENCE = 150
REFUSED_ROLE = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error>
<RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"""

checks = Checks()


def simulated(number):
    """The simulated account of this number, as `simulate` numbers them."""
    return f"{111122223333 + number * 111111111:012}"


class Organization:
    """moto's organization, and which simulated account stands for each of its accounts."""

    def __init__(self, url):
        keys = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
        self.client = boto3.client("organizations", endpoint_url=url, **keys)
        self.sts = boto3.client("sts", endpoint_url=url, **keys)
        self.client.create_organization(FeatureSet="ALL")
        self.ids = [self.sts.get_caller_identity()["Account"]]
        for _ in range(ACCOUNTS - 1):
            self.create()

    def create(self):
        """Creates an account, and returns its id."""
        name = f"team-{len(self.ids)}"
        status = self.client.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]
        self.ids.append(status["AccountId"])
        return status["AccountId"]

    def close(self, account):
        self.client.close_account(AccountId=account)


class Quiet(http.server.ThreadingHTTPServer):
    """A server that says nothing of clients that go away, as the exporter does at the end of a time limit."""

    request_queue_size = 256

    def handle_error(self, *_):
        pass


def gateway(organization, moto):
    """A server that passes STS on to moto, and lends the sessions of moto keys of the simulated AWS."""

    class Handler(http.server.BaseHTTPRequestHandler):
        """One request."""

        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            role = urllib.parse.parse_qs(body.decode()).get("RoleArn", [""])[0]
            account = role.split(":")[4] if role else None
            status, answer = self.passed_on(body)
            if account == organization.ids[1]:
                status, answer = 403, REFUSED_ROLE.encode()
            elif account:
                # The simulated AWS reads the account from the access key of a session.
                key = f"ASIA{simulated(organization.ids.index(account))}0000".encode()
                answer = re.sub(rb"(?<=<AccessKeyId>)\w+", key, answer)
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def passed_on(self, body):
            try:
                with urllib.request.urlopen(urllib.request.Request(moto, body, dict(self.headers)), timeout=30) as answer:
                    return answer.status, answer.read()
            except urllib.error.HTTPError as refused:
                return refused.code, refused.read()

        def log_message(self, *_):
            pass

    return Quiet(("127.0.0.1", 0), Handler)


class Discovered:
    """The organization, and the exporter that discovers it."""

    def __init__(self, organization, url):
        self.organization, self.url = organization, url

    def series(self, name):
        """The labels and the value of every series of this name."""
        page = fetch(f"{self.url}/metrics", Accept="text/plain;version=0.0.4").decode()
        rows = re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", page, re.MULTILINE)
        return [(dict(re.findall(r'(\w+)="([^"]*)"', labels)), float(value)) for labels, value in rows]

    def targets(self, up=None):
        rows = [row for row, value in self.series("aws_ssm_up") if up is None or value == up]
        return {(row["account_id"], row["region"]) for row in rows}

    def of(self, accounts):
        return {(account, region) for account in accounts for region in REGIONS}


@checks.check
def targets_are_fresh_or_named(discovered):
    """Of 40 accounts in 4 regions, 140 targets are fresh, and the 20 of five that fail in five ways have their reasons."""
    ids = discovered.organization.ids
    failing = {ids[number]: reason for number, (reason, _) in FAILING.items()}
    well, all_targets = discovered.of(set(ids) - failing.keys()), discovered.of(ids)
    # A call may take longer than its limit on a machine that is busy with other checks, so this may take a second refresh.
    expected = (all_targets, well)
    wait_for("all are as expected", lambda: (discovered.targets(), discovered.targets(up=1)) == expected, PATIENCE)
    assert (len(well), len(all_targets)) == (140, 160)
    errors = discovered.series("aws_ssm_collector_error_info")
    named = {(row["account_id"], row["region"], row["reason"]) for row, _ in errors if row["collector"] == "instances"}
    assert named == {(*target, failing[target[0]]) for target in discovered.of(failing)}, named


@checks.check
def accounts_have_their_names(discovered):
    """Every account has the name that it has in the organization."""
    rows = discovered.series("aws_ssm_target_info")
    names = {row["account_id"]: row["account_name"] for row, _ in rows}
    listed = {}
    for page in discovered.organization.client.get_paginator("list_accounts").paginate():
        listed |= {account["Id"]: account["Name"] for account in page["Accounts"]}
    assert names == listed, names


@checks.check
def discovery_says_that_it_works(discovered):
    """The metrics of discovery say that everything was listed, and how many accounts there are."""
    assert discovered.series("aws_ssm_exporter_discovery_success") == [({}, 1.0)]
    assert discovered.series("aws_ssm_exporter_discovery_accounts") == [({}, float(ACCOUNTS))]
    assert not discovered.series("aws_ssm_exporter_discovery_error_info")


@checks.check
def a_closed_account_leaves(discovered):
    """An account that is closed leaves with all of its series."""
    closed = discovered.organization.ids[10]
    discovered.organization.close(closed)
    wait_for("it leaves", lambda: closed not in {account for account, _ in discovered.targets()}, 10)
    assert closed not in fetch(f"{discovered.url}/metrics", Accept="text/plain;version=0.0.4").decode()


@checks.check
def a_created_account_joins(discovered):
    """An account that is created joins, and is read."""
    created = discovered.organization.create()
    wait_for("it joins", lambda: discovered.of([created]) <= discovered.targets(up=1), 15)


def configuration():
    return {
        "refresh": {"interval": "30s"},
        "api": {"requests_per_second": 100, "attempt_timeout": "5s"},
        "organization": {"role_name": "ssm-compliance-exporter", "regions": REGIONS, "refresh": "2s"},
    }


@contextlib.contextmanager
def served(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def everything(program, folder):
    moto = f"http://127.0.0.1:{free_port()}"
    faults = [f"--sim.fault={fault}@{simulated(number)}" for number, (_, fault) in FAILING.items() if fault]
    # One account more, for the one that is created.
    fleet = [f"--sim.accounts={ACCOUNTS + 1}", f"--sim.regions={','.join(REGIONS)}", "--sim.instances=3", "--sim.latency=0s"]
    moto_server = pathlib.Path(sys.executable).parent / "moto_server"
    with contextlib.ExitStack() as stack:
        stack.enter_context(running(sys.executable, moto_server, "-H", "127.0.0.1", "-p", moto.rpartition(":")[2]))
        flags = ["--sim.listen=127.0.0.1:0", "--sim.drift=0", *fleet, *faults]
        simulator = stack.enter_context(started(program, "simulate", r"on (http://\S+)", *flags))
        wait_for("moto answers", lambda: fetch(f"{moto}/moto-api/data.json"))
        organization = Organization(moto)
        url = stack.enter_context(served(gateway(organization, moto)))
        file = pathlib.Path(folder) / "exporter.yaml"
        file.write_text(json.dumps(configuration()))
        endpoints = {
            "AWS_ENDPOINT_URL_ORGANIZATIONS": moto,
            "AWS_ENDPOINT_URL_STS": url,
            "AWS_ENDPOINT_URL_SSM": simulator,
        }
        address = f"127.0.0.1:{free_port()}"
        command = [program, f"--config.file={file}", f"--web.listen-address={address}", "--log.level=warn"]
        stack.enter_context(running(*command, **CREDENTIALS, **endpoints))
        wait_for("the exporter is ready", lambda: fetch(f"http://{address}/-/ready"), PATIENCE)
        yield Discovered(organization, f"http://{address}")


def main():
    program = binary(__doc__)
    with tempfile.TemporaryDirectory() as folder, everything(program, folder) as discovered:
        failures = checks.failures(discovered, timed=True)
    checks.report(failures)


if __name__ == "__main__":
    main()
