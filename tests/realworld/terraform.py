#!/usr/bin/env python3
"""Checks the shape of deploy/iam/terraform with a parser of HCL. Prints "N passed, N failed" last.

Terraform itself would need the provider of AWS for this, which is not to be had without its registry.
"""

import pathlib
import re
import sys

import hcl2

MODULE = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "iam" / "terraform"
REFERENCE = re.compile(r"\b(var|local)\.(\w+)")


def blocks(kind):
    """Every block of a kind, by its names without quotes."""
    found = {}
    for path in sorted(MODULE.glob("*.tf")):
        for block in hcl2.loads(path.read_text()).get(kind, []):
            names, body = [], block
            while len(body) == 1 and next(iter(body)).startswith('"'):
                names.append(next(iter(body)).strip('"'))
                body = next(iter(body.values()))
            found[tuple(names)] = body
    return found


def policy_is_the_shipped_one():
    """The permissions are read from policy.json, not copied."""
    (local_values,) = blocks("locals").values()
    assert local_values["policy"] == '${jsondecode(file("${path.module}/../policy.json"))}', local_values["policy"]
    assert (MODULE / ".." / "policy.json").resolve().is_file()
    role_policy = blocks("resource")["aws_iam_role_policy", "exporter"]
    assert role_policy["policy"] == "${jsonencode(merge(local.policy, {Statement = local.statements}))}", role_policy
    text = "".join(path.read_text() for path in MODULE.glob("*.tf"))
    actions = re.findall(r"\b(?:ssm|tag|account|organizations):\w+", text)
    assert not actions, f"copied: {actions}"


def trust_has_the_conditions():
    """Whoever assumes the role is named, with the external id and the organization if they are given."""
    role = blocks("resource")["aws_iam_role", "exporter"]
    assert role["name"] == "${var.role_name}", role["name"]
    assert "Condition = {StringEquals = local.conditions}" in role["assume_role_policy"], role["assume_role_policy"]
    (local_values,) = blocks("locals").values()
    for key in ["sts:ExternalId", "aws:PrincipalOrgID"]:
        assert f'"{key}" = var.' in local_values["conditions"], key
    assert local_values["trust"]["Principal"] == {"AWS": "${var.principal_arns}"}, local_values["trust"]


def names_are_declared():
    """Every variable and local value that is used is declared, and every declared one is used."""
    text = "".join(path.read_text() for path in MODULE.glob("*.tf"))
    used = set(REFERENCE.findall(text))
    (local_values,) = blocks("locals").values()
    declared = {("var", name) for (name,) in blocks("variable")}
    declared |= {("local", name) for name in local_values if not name.startswith("__")}
    assert used == declared, used ^ declared
    assert blocks("variable")[("external_id",)]["sensitive"] is True
    assert ("role_arn",) in blocks("output")


CHECKS = [policy_is_the_shipped_one, trust_has_the_conditions, names_are_declared]


def main():
    failed = 0
    for check in CHECKS:
        try:
            check()
        except (AssertionError, KeyError, ValueError) as error:
            failed += 1
            print(f"FAILED: {check.__doc__} {error}")
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
