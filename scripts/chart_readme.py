#!/usr/bin/env python3
"""Writes the table of values in the chart's README, from values.yaml and its comments: chart_readme.py [--check]

A comment that begins with "# --" describes the key below it. With --check nothing is written, and a table that is not
current is an error.
"""

import json
import pathlib
import re
import sys

import yaml

CHART = pathlib.Path(__file__).resolve().parent.parent / "deploy/helm/ssm-compliance-exporter"
BEGIN, END = "<!-- values: begin (made by `make generate`) -->", "<!-- values: end -->"
KEY = re.compile(r"( *)([A-Za-z]+):")
COMMENT = re.compile(r" *# -- (.*)")


def described():
    """Each described key, as the path to it, with its description."""
    descriptions, path, comment = {}, [], None
    for line in (CHART / "values.yaml").read_text().splitlines():
        if found := COMMENT.match(line):
            comment = found.group(1)
        elif found := KEY.match(line):
            path = [*path[: len(found.group(1)) // 2], found.group(2)]
            if comment:
                descriptions[".".join(path)] = comment
            comment = None
    return descriptions


def values():
    """The default values."""
    return yaml.safe_load((CHART / "values.yaml").read_text())


def at(tree, path):
    """The value at a path."""
    for key in path.split("."):
        tree = tree[key]
    return tree


def table():
    """The table of values, in Markdown."""
    lines = ["| value | default | what it is |", "|---|---|---|"]
    defaults = values()
    keys = described()
    for path, description in keys.items():
        # What is inside has lines of its own.
        is_parent = any(other.startswith(f"{path}.") for other in keys)
        default = "" if is_parent else f"`{json.dumps(at(defaults, path))}`"
        lines.append(f"| `{path}` | {default} | {description} |")
    return "\n".join(lines)


def main():
    readme = CHART / "README.md"
    text = readme.read_text()
    head, rest = text.split(BEGIN)
    new = f"{head}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"
    if "--check" not in sys.argv:
        readme.write_text(new)
    elif new != text:
        sys.exit(f"{readme.relative_to(pathlib.Path.cwd())} is not current: run `make generate`")


if __name__ == "__main__":
    main()
