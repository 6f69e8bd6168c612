#!/usr/bin/env python3
"""Reads the tags of a real tagging API, moto's: tags.py EXPORTER_BINARY

moto has EC2 instances and their tags, but of Systems Manager next to nothing. So a small SSM beside it lists those
instances. Prints one line per failure, "N passed, N failed" last, and ends with 1 if anything failed.
"""

import collections
import contextlib
import functools
import http.server
import json
import logging
import os
import pathlib
import subprocess
import tempfile
import threading

import boto3
from moto.server import ThreadedMotoServer
from prometheus_client.parser import text_string_to_metric_families as parse

from checks import Checks, binary

ACCOUNT, REGION = "123456789012", "eu-west-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION}
# One of those that moto knows without being told.
IMAGE = "ami-03cf127a"
# What is started: how many instances, with which tags. More than two pages, and a team that is split between two.
STARTED = [
    (140, {"Team": "shop", "Name": "web", "cost-center": "42"}),
    (90, {"Team": "data \"warehouse\"\\", "Secret": "never shown"}),
    (20, {"Name": "lonely"}),
    (5, {}),
]
LISTS = {
    "ListComplianceSummaries": "ComplianceSummaryItems",
    "ListResourceComplianceSummaries": "ResourceComplianceSummaryItems",
    "DescribeInstancePatchStates": "InstancePatchStates",
    "DescribePatchBaselines": "BaselineIdentities",
    "ListAssociations": "Associations",
    "ListComplianceItems": "ComplianceItems",
}

checks = Checks()


class Ssm(http.server.BaseHTTPRequestHandler):
    """A Systems Manager that lists instances and knows nothing of their compliance."""

    protocol_version = "HTTP/1.1"
    ids = ()

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or "{}")
        operation = self.headers["X-Amz-Target"].split(".")[1]
        answer = self.instances(request) if operation == "DescribeInstanceInformation" else {LISTS[operation]: []}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def instances(self, request):
        start, size = int(request.get("NextToken", 0)), request["MaxResults"]
        rows = [{"InstanceId": id, "PingStatus": "Online"} for id in self.ids[start : start + size]]
        more = {"NextToken": str(start + size)} if start + size < len(self.ids) else {}
        return {"InstanceInformationList": rows} | more

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def ssm():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ssm)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def moto():
    # Its server logs a line per request.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


def start_instances(url):
    """The ids of the instances, with the tags of each."""
    keys = {name.lower(): value for name, value in CREDENTIALS.items() if name != "AWS_REGION"}
    ec2 = boto3.client("ec2", endpoint_url=url, region_name=REGION, **keys)
    tagged = {}
    for count, tags in STARTED:
        rows = [{"Key": key, "Value": value} for key, value in tags.items()]
        specification = {"TagSpecifications": [{"ResourceType": "instance", "Tags": rows}]} if rows else {}
        answer = ec2.run_instances(ImageId=IMAGE, MinCount=count, MaxCount=count, **specification)
        tagged |= {row["InstanceId"]: tags for row in answer["Instances"]}
    return tagged


class Reading:
    """What the exporter reads of moto, with a configuration."""

    def __init__(self, program, endpoints, tagged):
        self.program, self.endpoints, self.tagged = program, endpoints, tagged

    def once(self, tags):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "exporter.yaml")
            file.write_text(f"accounts: [{{regions: [{REGION}]}}]\napi: {{requests_per_second: 500}}\n{tags}")
            environment = os.environ | CREDENTIALS | self.endpoints
            command = [self.program, "once", "--config.file", str(file)]
            done = subprocess.run(command, env=environment, capture_output=True, timeout=30, check=False)
        said = done.stderr.decode(errors="replace")[-1000:]
        assert done.returncode == 0, f"ended with {done.returncode}: {said}"
        return [row for family in parse(done.stdout.decode()) for row in family.samples]

    @functools.cached_property
    def several(self):
        return self.once("instance_tags: [Name, Team, cost-center]\ntag_compliance: [Team]\n")

    @functools.cached_property
    def one(self):
        return self.once("instance_tags: [Team]\ntag_compliance: [Team]\n")


def labels(samples, name):
    return [row.labels for row in samples if row.name == name]


def by_team(samples):
    rows = [row for row in samples if row.name == "aws_ssm_tag_compliance_instances"]
    return {row.labels["tag_value"]: row.value for row in rows if row.labels["status"] == "UNREPORTED" and row.value}


@checks.check
def every_instance(reading):
    """Every instance has exactly the tags that were asked for, in labels."""
    shown = {row["instance_id"]: row for row in labels(reading.several, "aws_ssm_instance_info")}
    assert shown.keys() == reading.tagged.keys()
    for id, tags in reading.tagged.items():
        row = shown[id]
        got = {name: value for name, value in row.items() if name.startswith("tag_")}
        want = {"tag_Name": "Name", "tag_Team": "Team", "tag_cost_center": "cost-center"}
        assert got == {label: tags.get(key, "") for label, key in want.items()}, f"{id}: {got}"
        assert row["name"] == tags.get("Name", ""), f"{id}: {row}"


@checks.check
def counts(reading):
    """Instances are counted by team, with one key and with several."""
    expected = collections.Counter()
    for count, tags in STARTED:
        expected[tags.get("Team", "")] += count
    assert by_team(reading.several) == expected, by_team(reading.several)
    assert by_team(reading.one) == expected, by_team(reading.one)


@checks.check
def nothing_else(reading):
    """No value of a tag that was not asked for is anywhere on the page."""
    values = {value for row in reading.several + reading.one for value in row.labels.values()}
    assert "never shown" not in values
    assert not [row for row in labels(reading.one, "aws_ssm_instance_info") if "tag_Name" in row]


@checks.check
def collector(reading):
    """The collector of tags has succeeded, and is absent where no tags are asked for."""
    success = [row.value for row in reading.several if row.labels.get("collector") == "tags" and "success" in row.name]
    assert success[0] == 1, success
    assert not [row for row in reading.once("") if row.labels.get("collector") == "tags"]


def main():
    program = binary(__doc__)
    with moto() as aws, ssm() as systems_manager:
        tagged = start_instances(aws)
        Ssm.ids = sorted(tagged)
        endpoints = {"AWS_ENDPOINT_URL": aws, "AWS_ENDPOINT_URL_SSM": systems_manager, "NO_PROXY": "127.0.0.1"}
        failures = checks.failures(Reading(program, endpoints, tagged))
    checks.report(failures)


if __name__ == "__main__":
    main()
