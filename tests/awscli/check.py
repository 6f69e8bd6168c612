#!/usr/bin/env python3
"""Asks a simulated AWS endpoint with the AWS CLI: check.py ENDPOINT_URL AWS_BINARY

Every simulated operation, with pagination, counts compared across operations, and wrong calls that must be refused.
Starts nothing but the CLI. Wants a simulator without faults, drift or rate limit, with a few hundred instances at
most. Prints one line per failure, "N passed, N failed" last, and ends with 1 if anything failed.
"""

import collections
import concurrent.futures
import json
import os
import subprocess
import sys

ENDPOINT, AWS = sys.argv[1:3] if len(sys.argv) == 3 else sys.exit(__doc__)
REGION = os.environ.get("SIM_REGION", "eu-west-1")
# The CLI must not find the credentials or the configuration of whoever runs this.
ENVIRONMENT = {
    "PATH": os.environ.get("PATH", ""),
    "HOME": "/nonexistent",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_PAGER": "",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
}
checks = []


def check(function):
    """Registers one check; its docstring is what must hold."""
    checks.append(function)
    return function


def run(*arguments, **environment):
    command = [AWS, *arguments, "--endpoint-url", ENDPOINT, "--output", "json"]
    return subprocess.run(
        command, env=ENVIRONMENT | environment, capture_output=True, text=True, timeout=120, check=False
    )


def aws(*arguments, **environment):
    done = run(*arguments, **environment)
    assert done.returncode == 0, done.stderr.strip()
    return json.loads(done.stdout or "{}")


def refused(code, *arguments, **environment):
    done = run(*arguments, **environment)
    assert done.returncode != 0, f"accepted, expected {code}"
    assert f"({code})" in done.stderr, f"expected {code}, got: {done.stderr.strip()}"


def ssm(operation, *arguments):
    return aws("ssm", operation, *arguments)


cache = {}


def once(operation, *arguments):
    key = (operation, *arguments)
    if key not in cache:
        cache[key] = ssm(*key)
    return cache[key]


def instances():
    return once("describe-instance-information", "--page-size", "50")["InstanceInformationList"]


def summaries():
    return once("list-resource-compliance-summaries")["ResourceComplianceSummaryItems"]


def associations():
    return once("list-associations")["Associations"]


def identifiers():
    return [row["InstanceId"] for row in instances()]


def noncompliant(kind):
    listed = set(identifiers())
    rows = [row for row in summaries() if row["ComplianceType"] == kind and row["Status"] == "NON_COMPLIANT"]
    return next(row for row in rows if row["ResourceId"] in listed)


def items(resource, *arguments):
    arguments = ("--resource-ids", resource, "--resource-types", "ManagedInstance", *arguments)
    return ssm("list-compliance-items", *arguments)["ComplianceItems"]


@check
def identity():
    """GetCallerIdentity names an account of 12 digits."""
    account = aws("sts", "get-caller-identity")["Account"]
    assert len(account) == 12 and account.isdigit(), account


@check
def assumed_role():
    """The credentials of AssumeRole belong to the role's account and read its rows."""
    account = aws("sts", "get-caller-identity")["Account"]
    role = ("--role-arn", f"arn:aws:iam::{account}:role/reader", "--role-session-name", "check")
    given = aws("sts", "assume-role", *role)
    keys = {
        "AWS_ACCESS_KEY_ID": given["Credentials"]["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["Credentials"]["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["Credentials"]["SessionToken"],
    }
    assert f":{account}:assumed-role/reader/check" in given["AssumedRoleUser"]["Arn"]
    assert aws("sts", "get-caller-identity", **keys)["Account"] == account
    assert aws("ssm", "list-associations", **keys)["Associations"] == associations()


@check
def unknown_account():
    """A role of an account that is not simulated cannot be assumed."""
    role = ("--role-arn", "arn:aws:iam::999999999999:role/reader", "--role-session-name", "check")
    refused("AccessDenied", "sts", "assume-role", *role)


@check
def instances_page():
    """DescribeInstanceInformation gives the same rows whatever the page size."""
    assert instances() and len(set(identifiers())) == len(instances())
    small = ssm("describe-instance-information", "--page-size", "7")["InstanceInformationList"]
    plain = ssm("describe-instance-information")["InstanceInformationList"]
    assert small == plain == instances()


@check
def default_page():
    """DescribeInstanceInformation answers with 10 rows and a token where nothing is said."""
    page = ssm("describe-instance-information", "--no-paginate")
    assert len(page["InstanceInformationList"]) == 10 and page["NextToken"]


@check
def max_items():
    """--max-items and --starting-token continue where the CLI stopped, in the middle of a page."""
    first = ssm("list-resource-compliance-summaries", "--max-items", "13", "--page-size", "10")
    start = ("--starting-token", first["NextToken"])
    rest = ssm("list-resource-compliance-summaries", "--page-size", "10", *start)
    joined = first["ResourceComplianceSummaryItems"] + rest["ResourceComplianceSummaryItems"]
    assert joined == summaries()


@check
def instance_filters():
    """Filters of DescribeInstanceInformation keep what they name."""
    some = identifiers()[:3]
    rows = ssm("describe-instance-information", "--filters", "Key=InstanceIds,Values=" + ",".join(some))
    assert sorted(row["InstanceId"] for row in rows["InstanceInformationList"]) == sorted(some)
    for key, member, value in [("PingStatus", "PingStatus", "Online"), ("PlatformTypes", "PlatformType", "Windows")]:
        rows = ssm("describe-instance-information", "--filters", f"Key={key},Values={value}")
        rows = rows["InstanceInformationList"]
        assert rows == [row for row in instances() if row[member] == value], key
    old = ssm("describe-instance-information", "--instance-information-filter-list", "key=PingStatus,valueSet=Online")
    assert all(row["PingStatus"] == "Online" for row in old["InstanceInformationList"])


@check
def summary_filters():
    """Filters of ListResourceComplianceSummaries split the rows and lose none."""
    kinds = sorted({row["ComplianceType"] for row in summaries()})
    assert {"Association", "Patch"} < set(kinds)
    parts = []
    for kind in kinds:
        for status in ["COMPLIANT", "NON_COMPLIANT"]:
            filters = (f"Key=ComplianceType,Values={kind},Type=EQUAL", f"Key=Status,Values={status},Type=EQUAL")
            rows = ssm("list-resource-compliance-summaries", "--filters", *filters)
            parts += rows["ResourceComplianceSummaryItems"]
    def key(row):
        return row["ResourceId"], row["ComplianceType"]
    assert sorted(parts, key=key) == sorted(summaries(), key=key)


@check
def totals():
    """ListComplianceSummaries counts the resources that ListResourceComplianceSummaries lists."""
    counts = collections.Counter((row["ComplianceType"], row["Status"]) for row in summaries())
    rows = ssm("list-compliance-summaries", "--page-size", "1")["ComplianceSummaryItems"]
    for row in rows:
        kind = row["ComplianceType"]
        assert row["CompliantSummary"]["CompliantCount"] == counts[kind, "COMPLIANT"], kind
        assert row["NonCompliantSummary"]["NonCompliantCount"] == counts[kind, "NON_COMPLIANT"], kind
    assert {row["ComplianceType"] for row in rows} == {kind for kind, _ in counts}


@check
def item_counts():
    """ListComplianceItems has the items that the summaries count."""
    for kind in ["Patch", "Association"]:
        row = noncompliant(kind)
        same = [item for item in items(row["ResourceId"], "--page-size", "9") if item["ComplianceType"] == kind]
        counts = collections.Counter(item["Status"] for item in same)
        assert counts["COMPLIANT"] == row["CompliantSummary"]["CompliantCount"], kind
        assert counts["NON_COMPLIANT"] == row["NonCompliantSummary"]["NonCompliantCount"], kind


@check
def item_filters():
    """Filters of ListComplianceItems keep what they name."""
    row = noncompliant("Association")
    rows = items(row["ResourceId"], "--filters", "Key=Status,Values=NON_COMPLIANT", "Key=ComplianceType,Values=Association")
    assert len(rows) == row["NonCompliantSummary"]["NonCompliantCount"]
    document = rows[0]["Details"]["DocumentName"]
    assert rows[0] in items(row["ResourceId"], "--filters", f"Key=DocumentName,Values={document}")
    assert not items(row["ResourceId"], "--filters", "Key=ExecutionTime,Values=2999-01-01T00:00:00Z,Type=GREATER_THAN")


@check
def patch_states():
    """DescribeInstancePatchStates counts the patches that DescribeInstancePatches lists."""
    batch = identifiers()[:50]
    rows = ssm("describe-instance-patch-states", "--instance-ids", *batch, "--page-size", "10")["InstancePatchStates"]
    reported = {row["ResourceId"] for row in summaries() if row["ComplianceType"] == "Patch"}
    assert {row["InstanceId"] for row in rows} == reported & set(batch)
    row = max(rows, key=lambda row: row["MissingCount"] + row["FailedCount"])
    patches = ssm("describe-instance-patches", "--instance-id", row["InstanceId"], "--page-size", "10")["Patches"]
    counts = collections.Counter(patch["State"] for patch in patches)
    for state in ["Installed", "InstalledOther", "Missing", "Failed", "InstalledPendingReboot", "InstalledRejected"]:
        assert counts[state] == row[f"{state}Count"], state
    missing = ("--filters", "Key=State,Values=Installed")
    rows = ssm("describe-instance-patches", "--instance-id", row["InstanceId"], *missing)["Patches"]
    assert len(rows) == counts["Installed"]


@check
def unknown_ids():
    """DescribeInstancePatchStates leaves unknown ids out without a word."""
    batch = ["i-0000000000000dead", *identifiers()[:9]]
    known = ssm("describe-instance-patch-states", "--instance-ids", *batch)
    plain = ssm("describe-instance-patch-states", "--instance-ids", *batch[1:])
    assert known == plain and plain["InstancePatchStates"]


@check
def baselines():
    """DescribePatchBaselines pages, filters, and has the baselines in use."""
    rows = ssm("describe-patch-baselines", "--page-size", "4")["BaselineIdentities"]
    known = {row["BaselineId"].split("/")[-1] for row in rows}
    states = ssm("describe-instance-patch-states", "--instance-ids", *identifiers()[:50])["InstancePatchStates"]
    assert {row["BaselineId"].split("/")[-1] for row in states} <= known
    own = ssm("describe-patch-baselines", "--filters", "Key=OWNER,Values=Self")["BaselineIdentities"]
    assert own == [row for row in rows if row["BaselineId"].startswith("pb-")] and own


@check
def association_counts():
    """ListAssociations, DescribeAssociationExecutions and their targets agree."""
    assert ssm("list-associations", "--page-size", "3")["Associations"] == associations()
    row = next(row for row in associations() if row["Overview"]["Status"] == "Failed")
    name = ("--association-id", row["AssociationId"])
    executions = ssm("describe-association-executions", *name, "--page-size", "2")["AssociationExecutions"]
    place = (*name, "--execution-id", executions[0]["ExecutionId"])
    targets = ssm("describe-association-execution-targets", *place, "--page-size", "20")
    counts = collections.Counter(target["Status"] for target in targets["AssociationExecutionTargets"])
    assert dict(counts) == row["Overview"]["AssociationStatusAggregatedCount"]
    text = ", ".join(f"{status}={count}" for status, count in sorted(counts.items()))
    assert executions[0]["ResourceCountByStatus"] == "{" + text + "}"


@check
def instance_associations():
    """DescribeInstanceAssociationsStatus has what the instance's overview counts."""
    row = instances()[0]
    name = ("--instance-id", row["InstanceId"], "--page-size", "2")
    rows = ssm("describe-instance-associations-status", *name)["InstanceAssociationStatusInfos"]
    counts = collections.Counter(row["Status"] for row in rows)
    assert dict(counts) == row["AssociationOverview"]["InstanceAssociationStatusAggregatedCount"]


GHOST = "i-0000000000000dead"
NIL = "00000000-0000-0000-0000-000000000000"
WRONG = [
    ("ValidationException", "list-resource-compliance-summaries", "--max-results", "51"),
    ("ValidationException", "list-compliance-summaries", "--max-results", "51"),
    ("ValidationException", "list-associations", "--max-results", "51"),
    ("ValidationException", "describe-instance-information", "--max-results", "51"),
    ("ValidationException", "describe-patch-baselines", "--max-results", "101"),
    ("ValidationException", "describe-instance-patch-states", "--instance-ids", *[GHOST] * 51),
    ("ValidationException", "describe-instance-patch-states", "--instance-ids", "web-1"),
    ("ValidationException", "describe-instance-patch-states", "--instance-ids", GHOST, "--max-results", "101"),
    ("ValidationException", "describe-instance-patches", "--instance-id", "web-1"),
    ("ValidationException", "list-compliance-items", "--resource-ids", GHOST, GHOST),
    ("ValidationException", "describe-association-executions", "--association-id", "web-1"),
    ("ValidationException", "list-associations", "--association-filter-list", "key=Colour,value=red"),
    ("InvalidFilter", "list-resource-compliance-summaries", "--filters", "Key=Colour,Values=red,Type=EQUAL"),
    ("InvalidFilter", "list-compliance-summaries", "--filters", "Key=Colour,Values=red,Type=EQUAL"),
    ("InvalidFilter", "list-compliance-items", "--resource-ids", GHOST, "--filters", "Key=Colour,Values=red"),
    ("InvalidFilterKey", "describe-instance-information", "--filters", "Key=Colour,Values=red"),
    (
        "InvalidInstanceInformationFilterValue",
        "describe-instance-information",
        "--filters",
        "Key=PingStatus,Values=Asleep",
    ),
    ("InvalidInstanceId", "describe-instance-information", "--filters", f"Key=InstanceIds,Values={GHOST}"),
    ("InvalidInstanceId", "describe-instance-patches", "--instance-id", GHOST),
    ("InvalidInstanceId", "describe-instance-associations-status", "--instance-id", GHOST),
    ("InvalidResourceId", "list-compliance-items", "--resource-ids", GHOST),
    ("InvalidResourceType", "list-compliance-items", "--resource-ids", GHOST, "--resource-types", "EC2Instance"),
    ("InvalidNextToken", "list-resource-compliance-summaries", "--next-token", "made-up"),
    ("InvalidNextToken", "list-associations", "--next-token", "made-up"),
    ("AssociationDoesNotExist", "describe-association-executions", "--association-id", NIL),
    ("UnknownOperationException", "list-documents"),
]


def wrong_call(code, *arguments):
    def call():
        refused(code, "ssm", *arguments)

    call.__doc__ = f"{' '.join(arguments)[:90]} is refused with {code}."
    checks.append(call)


for case in WRONG:
    wrong_call(*case)


@check
def foreign_token():
    """A token of one operation, or of other filters, is refused."""
    token = ssm("list-resource-compliance-summaries", "--max-results", "5")["NextToken"]
    refused("InvalidNextToken", "ssm", "list-associations", "--next-token", token)
    filters = ("--filters", "Key=Status,Values=COMPLIANT,Type=EQUAL")
    refused("InvalidNextToken", "ssm", "list-resource-compliance-summaries", *filters, "--next-token", token)


@check
def disabled_region():
    """A region that is not enabled is refused as AWS does it."""
    refused("UnrecognizedClientException", "ssm", "list-associations", "--region", "ap-southeast-4")


def outcome(function):
    try:
        function()
    except Exception as error:  # every failure is a line of the report
        return f"FAILED {function.__doc__} {type(error).__name__}: {error}"
    return None


def main():
    # Starting the CLI takes half a second; what several checks read is read once, before them.
    for fill in (instances, summaries, associations):
        outcome(fill)
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        failures = [line for line in pool.map(outcome, checks) if line]
    print(*failures, sep="\n", end="\n" if failures else "")
    print(f"{len(checks) - len(failures)} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
