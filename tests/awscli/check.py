#!/usr/bin/env python3
"""Asks a simulated AWS endpoint with the AWS CLI: check.py ENDPOINT_URL AWS_BINARY

Every simulated operation, with pagination, counts compared across operations, and wrong calls that must be refused.
Then, one after the other, the commands that repair an instance, after which it must be compliant.
Starts nothing but the CLI. Wants a simulator without faults, drift or rate limit, with a few hundred instances at
most. Prints one line per failure, "N passed, N failed" last, and ends with 1 if anything failed.
"""

import collections
import concurrent.futures
import json
import os
import subprocess
import sys
import urllib.request

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
changes = []


def check(function):
    """Registers one check; its docstring is what must hold."""
    checks.append(function)
    return function


def change(function):
    """Registers one check that changes something, so that it runs alone and after all others."""
    changes.append(function)
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


def organization(operation, *arguments, list_name="Accounts", **keys):
    return aws("organizations", operation, *arguments, **keys)[list_name]


@check
def accounts_of_the_organization():
    """ListAccounts has each account once, and so have the root and its organizational units together."""
    accounts = organization("list-accounts", "--page-size", "1")
    assert accounts == organization("list-accounts")
    places = [organization("list-roots", list_name="Roots")[0]["Id"]]
    found = []
    for place in places:
        parent = ("--parent-id", place)
        found += organization("list-accounts-for-parent", *parent)
        units = organization("list-organizational-units-for-parent", *parent, list_name="OrganizationalUnits")
        places += [unit["Id"] for unit in units]
    assert sorted(row["Id"] for row in found) == sorted(row["Id"] for row in accounts)
    assert aws("sts", "get-caller-identity")["Account"] in {row["Id"] for row in accounts if row["State"] == "ACTIVE"}
    refused("ParentNotFoundException", "organizations", "list-accounts-for-parent", "--parent-id", "r-none")
    refused("InvalidInputException", "organizations", "list-accounts", "--no-paginate", "--max-results", "21")


@check
def regions_of_the_account():
    """ListRegions says that the region of these checks is enabled, and others are not."""
    rows = aws("account", "list-regions", "--page-size", "3")["Regions"]
    status = {row["RegionName"]: row["RegionOptStatus"] for row in rows}
    assert status[REGION].startswith("ENABLED") and "DISABLED" in status.values(), status
    disabled = aws("account", "list-regions", "--region-opt-status-contains", "DISABLED")["Regions"]
    assert disabled == [row for row in rows if row["RegionOptStatus"] == "DISABLED"]
    refused("ValidationException", "account", "list-regions", "--no-paginate", "--max-results", "51")


def tagged(*arguments):
    return aws("resourcegroupstaggingapi", "get-resources", *arguments)["ResourceTagMappingList"]


@check
def tags_of_instances():
    """GetResources has the tags that DescribeInstanceInformation filters by, whatever the page size."""
    kinds = ("--resource-type-filters", "ec2:instance", "ssm:managed-instance")
    rows = tagged(*kinds, "--page-size", "100")
    assert rows == tagged("--page-size", "9")
    team = next(tag["Value"] for row in rows for tag in row["Tags"] if tag["Key"] == "Team")
    of_team = [row for row in rows if {"Key": "Team", "Value": team} in row["Tags"]]
    assert of_team == tagged(*kinds, "--tag-filters", f"Key=Team,Values={team}")
    found = ssm("describe-instance-information", "--filters", f"Key=tag:Team,Values={team}")["InstanceInformationList"]
    known = {row["ResourceARN"].split("/")[-1] for row in of_team} & set(identifiers())
    assert {row["InstanceId"] for row in found} == known
    assert tagged("--resource-arn-list", rows[0]["ResourceARN"]) == rows[:1]


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


@check
def patch_baseline():
    """GetPatchBaseline knows the baselines of the list by their ids and by the last part of their ARNs."""
    for row in ssm("describe-patch-baselines")["BaselineIdentities"][-2:] + [baseline_of("WINDOWS", "nobody")]:
        whole = ssm("get-patch-baseline", "--baseline-id", row["BaselineId"])
        assert whole == ssm("get-patch-baseline", "--baseline-id", row["BaselineId"].split("/")[-1])
        assert whole["ApprovalRules"]["PatchRules"] and whole["OperatingSystem"] == row["OperatingSystem"]


def baseline_of(system, group):
    return ssm("get-patch-baseline-for-patch-group", "--patch-group", group, "--operating-system", system)


@check
def baseline_of_a_group():
    """GetPatchBaselineForPatchGroup and GetDefaultPatchBaseline agree where no group is registered."""
    default = ssm("get-default-patch-baseline", "--operating-system", "UBUNTU")
    assert baseline_of("UBUNTU", "nobody")["BaselineId"] == default["BaselineId"]
    own = baseline_of("UBUNTU", "production")["BaselineId"]
    assert own != default["BaselineId"]
    assert ssm("get-patch-baseline", "--baseline-id", own)["PatchGroups"] == ["production"]


@check
def default_host_management():
    """GetServiceSetting says that no role manages hosts by default."""
    name = ("--setting-id", "/ssm/managed-instance/default-ec2-instance-management-role")
    assert ssm("get-service-setting", *name)["ServiceSetting"]["SettingValue"] == "$None"


def invocation(command, instance):
    name = ("--command-id", command, "--instance-id", instance)
    rows = ssm("list-command-invocations", *name, "--details")["CommandInvocations"]
    assert len(rows) == 1, (command, instance)
    assert ssm("get-command-invocation", *name)["Status"] == rows[0]["Status"]
    return rows[0]


@check
def patch_command():
    """The execution of a Patch summary is a command whose output ListCommandInvocations has."""
    row = noncompliant("Patch")
    found = invocation(row["ExecutionSummary"]["ExecutionId"], row["ResourceId"])
    assert found["DocumentName"] == "AWS-RunPatchBaseline" and found["CommandPlugins"], found


@check
def association_command():
    """The output of an execution's target is a command that says why the association failed."""
    listed = noncompliant("Association")["ResourceId"]
    item = next(item for item in items(listed, "--filters", "Key=Status,Values=NON_COMPLIANT") if item["ComplianceType"] == "Association")
    name = ("--association-id", item["Id"])
    newest = ssm("describe-association-executions", *name)["AssociationExecutions"][0]
    place = (*name, "--execution-id", newest["ExecutionId"])
    one = ("--filters", f"Key=ResourceId,Value={listed}")
    [target] = ssm("describe-association-execution-targets", *place, *one)["AssociationExecutionTargets"]
    found = invocation(target["OutputSource"]["OutputSourceId"], listed)
    assert found["DocumentName"] == item["Details"]["DocumentName"]
    assert any(plugin["ResponseCode"] != 0 for plugin in found["CommandPlugins"]), found


def now(instance, kind):
    """The present summary of an instance, past the cache."""
    filters = (f"Key=ComplianceType,Values={kind},Type=EQUAL", f"Key=InstanceId,Values={instance},Type=EQUAL")
    rows = ssm("list-resource-compliance-summaries", "--filters", *filters)["ResourceComplianceSummaryItems"]
    return rows[0] if rows else None


def send(instance, document, parameters):
    command = ssm(
        "send-command", "--instance-ids", instance, "--document-name", document, "--parameters", json.dumps(parameters)
    )["Command"]
    # The waiter prints nothing, and fails where the command does.
    done = run("ssm", "wait", "command-executed", "--command-id", command["CommandId"], "--instance-id", instance)
    assert done.returncode == 0, done.stderr
    return command["CommandId"]


def in_state(state):
    """A listed instance whose only patches that need something are in this state."""
    batch = sorted({row["ResourceId"] for row in summaries()} & set(identifiers()))
    counts = ["MissingCount", "FailedCount", "InstalledPendingRebootCount", "InstalledRejectedCount"]
    for start in range(0, len(batch), 50):
        rows = ssm("describe-instance-patch-states", "--instance-ids", *batch[start : start + 50])
        for row in rows["InstancePatchStates"]:
            if [name for name in counts if row[name]] == [f"{state}Count"]:
                return row["InstanceId"]
    raise AssertionError(f"no instance with {state} only")


def patch_ids(instance, state):
    rows = ssm("describe-instance-patches", "--instance-id", instance, "--filters", f"Key=State,Values={state}")
    return [row["KBId"] for row in rows["Patches"]]


def is_windows(instance):
    return next(row for row in instances() if row["InstanceId"] == instance)["PlatformType"] == "Windows"


def mend(instance):
    account = aws("sts", "get-caller-identity")["Account"]
    order = {"account_id": account, "region": REGION, "instance_id": instance}
    request = urllib.request.Request(f"{ENDPOINT.rstrip('/')}/-/mend", json.dumps(order).encode(), method="POST")
    urllib.request.urlopen(request, timeout=10).close()


@change
def install_missing():
    """An installation of missing patches makes the instance compliant, under the command's own id."""
    instance = in_state("Missing")
    before = now(instance, "Patch")
    command = send(instance, "AWS-RunPatchBaseline", {"Operation": ["Install"], "RebootOption": ["RebootIfNeeded"]})
    after = now(instance, "Patch")
    assert (before["Status"], after["Status"]) == ("NON_COMPLIANT", "COMPLIANT")
    assert after["ExecutionSummary"]["ExecutionId"] == command


@change
def reboot_and_scan():
    """Patches that wait for a reboot do so until the instance has rebooted and is scanned."""
    instance = in_state("InstalledPendingReboot")
    if instance.startswith("i-"):
        aws("ec2", "reboot-instances", "--instance-ids", instance)
    else:
        shell = ("AWS-RunPowerShellScript", "Restart-Computer") if is_windows(instance) else ("AWS-RunShellScript", "shutdown -r +1")
        send(instance, shell[0], {"commands": [shell[1]]})
    assert now(instance, "Patch")["Status"] == "NON_COMPLIANT"
    send(instance, "AWS-RunPatchBaseline", {"Operation": ["Scan"]})
    assert now(instance, "Patch")["Status"] == "COMPLIANT"


@change
def remove_rejected():
    """Rejected patches that were removed are gone after a scan."""
    instance = in_state("InstalledRejected")
    rejected = patch_ids(instance, "InstalledRejected")
    if is_windows(instance):
        commands = [f"wusa /uninstall /kb:{name[2:]} /quiet /norestart" for name in rejected]
        send(instance, "AWS-RunPowerShellScript", {"commands": commands})
    else:
        send(instance, "AWS-RunShellScript", {"commands": [f"yum remove -y {' '.join(rejected)}"]})
    send(instance, "AWS-RunPatchBaseline", {"Operation": ["Scan"]})
    assert now(instance, "Patch")["Status"] == "COMPLIANT"


@change
def approve_security_updates():
    """Security updates that wait for approval are installed once the baseline approves them."""
    own = next(row for row in ssm("describe-patch-baselines", "--filters", "Key=OWNER,Values=Self")["BaselineIdentities"] if row["OperatingSystem"] == "WINDOWS")
    rows = ssm("describe-instance-patch-states", "--instance-ids", *identifiers()[:50])["InstancePatchStates"]
    for start in range(50, len(identifiers()), 50):
        rows += ssm("describe-instance-patch-states", "--instance-ids", *identifiers()[start : start + 50])["InstancePatchStates"]
    instance = next(
        row["InstanceId"] for row in rows if row["BaselineId"] == own["BaselineId"] and row["AvailableSecurityUpdateCount"]
    )
    approved = patch_ids(instance, "AvailableSecurityUpdate")
    ssm("update-patch-baseline", "--baseline-id", own["BaselineId"], "--approved-patches", *approved)
    send(instance, "AWS-RunPatchBaseline", {"Operation": ["Install"]})
    assert now(instance, "Patch")["Status"] == "COMPLIANT"


@change
def install_failed():
    """An installation fails again until the operator has mended its cause."""
    instance = in_state("Failed")
    install = {"Operation": ["Install"]}
    command = ssm("send-command", "--instance-ids", instance, "--document-name", "AWS-RunPatchBaseline", "--parameters", json.dumps(install))
    assert invocation(command["Command"]["CommandId"], instance)["Status"] == "Failed"
    mend(instance)
    assert now(instance, "Patch")["Status"] == "NON_COMPLIANT"
    send(instance, "AWS-RunPatchBaseline", install)
    assert now(instance, "Patch")["Status"] == "COMPLIANT"


@change
def start_association():
    """A failed association succeeds at its next start once the cause is mended."""
    instance = next(
        row["ResourceId"] for row in summaries()
        if (row["ComplianceType"], row["Status"]) == ("Association", "NON_COMPLIANT") and row["ResourceId"] in identifiers()
    )
    bad = items(instance, "--filters", "Key=Status,Values=NON_COMPLIANT", "Key=ComplianceType,Values=Association")
    mend(instance)
    ssm("start-associations-once", "--association-ids", *[item["Id"] for item in bad])
    assert now(instance, "Association")["Status"] == "COMPLIANT"


@change
def put_items():
    """Items that are put replace those of their type."""
    instance = next(
        row["ResourceId"] for row in summaries()
        if (row["ComplianceType"], row["Status"]) == ("Custom:Antivirus", "NON_COMPLIANT")
    )
    ssm(
        "put-compliance-items", "--resource-id", instance, "--resource-type", "ManagedInstance",
        "--compliance-type", "Custom:Antivirus", "--execution-summary", "ExecutionTime=2026-11-25T20:00:00Z",
        "--items", "Id=signatures,Title=Signatures,Severity=HIGH,Status=COMPLIANT",
    )
    assert now(instance, "Custom:Antivirus")["Status"] == "COMPLIANT"


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
    ("ValidationException", "list-command-invocations", "--max-results", "51"),
    ("ValidationException", "start-associations-once", "--association-ids", *[NIL] * 11),
    ("DoesNotExistException", "get-patch-baseline", "--baseline-id", "pb-00000000000000000"),
    ("InvalidResourceId", "get-patch-baseline", "--baseline-id", "mw-00000000000000000"),
    ("DoesNotExistException", "update-patch-baseline", "--baseline-id", "pb-00000000000000000", "--name", "mine"),
    ("ServiceSettingNotFound", "get-service-setting", "--setting-id", "/ssm/opsinsights/opscenter"),
    ("InvocationDoesNotExist", "get-command-invocation", "--command-id", NIL, "--instance-id", GHOST),
    ("AssociationDoesNotExist", "start-associations-once", "--association-ids", NIL),
    ("InvalidDocument", "send-command", "--instance-ids", GHOST, "--document-name", "AWS-MakeCoffee"),
    (
        "InvalidInstanceId",
        "send-command",
        "--instance-ids",
        GHOST,
        "--document-name",
        "AWS-RunPatchBaseline",
        "--parameters",
        "Operation=Scan",
    ),
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
    # What several checks read is read once, before them.
    for fill in (instances, summaries, associations):
        outcome(fill)
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        failures = [line for line in pool.map(outcome, checks) if line]
    failures += [line for line in map(outcome, changes) if line]
    print(*failures, sep="\n", end="\n" if failures else "")
    print(f"{len(checks) + len(changes) - len(failures)} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
