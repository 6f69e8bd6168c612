"""Checks licences, sources and versions of all dependencies against deny.toml, for machines where cargo-deny cannot be had.

supply_chain.py: run from the root of the repository; `make supply-chain` runs cargo-deny itself.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

REGISTRY = "registry+https://github.com/rust-lang/crates.io-index"
# Parts of an SPDX expression. Old crates write "/" for OR.
PART = re.compile(r"\(|\)|\bOR\b|\bAND\b|/|[A-Za-z0-9.+-]+(?: WITH [A-Za-z0-9.+-]+)?")


def is_allowed(expression, allowed):
    """Whether somebody who accepts only these licences may use it: OR is weaker than AND (SPDX, annex D)."""
    parts = PART.findall(expression)

    def alternatives():
        good = all_of()
        while parts and parts[0] in ("OR", "/"):
            parts.pop(0)
            # Both sides must be read, whatever the first one says.
            good = all_of() or good
        return good

    def all_of():
        good = one()
        while parts and parts[0] == "AND":
            parts.pop(0)
            good = one() and good
        return good

    def one():
        part = parts.pop(0) if parts else ""
        if part != "(":
            return part in allowed
        good = alternatives()
        return parts[:1] == [")"] and parts.pop(0) == ")" and good

    return alternatives() and not parts


def metadata(target):
    command = ["cargo", "metadata", "--locked", "--format-version=1", f"--filter-platform={target}"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def problems(package, rules, own):
    if package["id"] not in own:
        licence = package["license"] or ""
        if not is_allowed(licence, rules["licenses"]["allow"]):
            yield f"its licence is {licence or 'not given'}"
        if package["source"] != REGISTRY:
            yield f"it comes from {package['source']}"
        return
    for dependency in package["dependencies"]:
        # A path says which version is meant, as long as the package is not handed on.
        if dependency["req"] == "*" and not (dependency["path"] and package["publish"] == []):
            if rules["bans"]["wildcards"] == "deny" and dependency["kind"] != "dev":
                yield f"it takes any version of {dependency['name']}"


def check_expressions():
    allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"]
    for expression, expected in {
        "MIT": True, "GPL-3.0": False, "": False, "MIT OR GPL-3.0": True, "GPL-3.0 OR MIT": True, "MIT/GPL-3.0": True,
        "MIT AND GPL-3.0": False, "MIT AND (GPL-3.0 OR ISC)": True, "GPL-3.0 OR MIT AND GPL-2.0": False,
        "Apache-2.0 WITH LLVM-exception": True, "Apache-2.0": False, "(MIT": False,
    }.items():
        assert is_allowed(expression, allowed) == expected, expression


def main():
    check_expressions()
    rules = tomllib.loads(Path("deny.toml").read_text())
    found, checked = set(), set()
    for target in rules["graph"]["targets"]:
        known = metadata(target)
        used = {node["id"] for node in known["resolve"]["nodes"]}
        for package in known["packages"]:
            if package["id"] in used:
                checked.add(package["id"])
                named = f"{package['name']} {package['version']}: "
                found |= {named + problem for problem in problems(package, rules, known["workspace_members"])}
    assert len(checked) > 100, checked
    for problem in sorted(found):
        print(problem, file=sys.stderr)
    print(f"{len(checked)} packages looked at")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
