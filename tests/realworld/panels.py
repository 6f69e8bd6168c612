"""Runs the queries of every panel of the shipped dashboards against a real Prometheus, with the variables filled in.

A variable gets the values that its own query finds there, all of them at once, as when a reader ticks each, or the first
one if it takes only one. The one instance of the Instance dashboard is any that fills the panel: no instance has every trouble.
"""

import functools
import json
import pathlib
import re
import time

DASHBOARDS = pathlib.Path(__file__).resolve().parents[2] / "dashboards"
# Four scrapes of a second, as Grafana has it, and room for a slow machine.
RATE_INTERVAL = "20s"
# Seconds that a query over time looks back.
WINDOW, STEP = 60, 2
# How long their data may take to arrive: rates and records need a few scrapes.
PATIENCE = 90


def escaped(text):
    return text.replace("\\", "\\\\").replace('"', '\\"')


class Dashboard:
    """One dashboard over one Prometheus."""

    def __init__(self, path, prometheus):
        self.model, self.prometheus = json.loads(path.read_text()), prometheus
        self.uid, self.values = self.model["uid"], {}
        variables = self.model["templating"]["list"]
        self.single = {variable["name"] for variable in variables if not variable.get("multi")}
        for variable in variables:
            if prometheus and variable["type"] == "query":
                self.values[variable["name"]] = self.options(variable)

    def options(self, variable):
        """What a variable offers, by its own query."""
        query = self.filled(variable["query"]["query"])
        if found := re.fullmatch(r"label_values\((.+), (\w+)\)", query, re.DOTALL):
            rows = self.prometheus.instant(f"count by ({found[2]}) ({found[1]})")
            return sorted({row["metric"][found[2]] for row in rows if row["metric"].get(found[2])})
        found = re.fullmatch(r"query_result\((.+)\)", query, re.DOTALL)
        rows = [series_text(row["metric"]) for row in self.prometheus.instant(found[1])]
        # Grafana's pattern in JavaScript: alternatives with named groups, all matches of a row together.
        pattern = re.sub(r"\(\?<(\w+)>", r"(?P<\1>", variable["regex"].strip("/g"))
        matches = [[match["value"] for match in re.finditer(pattern, row) if match["value"]] for row in rows]
        return sorted({value for row in matches for value in row})

    def filled(self, text, **chosen):
        """A query with its variables replaced as Grafana replaces them in a Prometheus query."""
        text = text.replace("$__rate_interval", RATE_INTERVAL)
        for name in sorted(self.values, key=len, reverse=True):
            value = chosen.get(name) or self.value(name)
            text = re.sub(rf"\${name}\b", lambda _, value=value: value, text)
        if left := re.search(r"\$(?!\d)\w+|\$\{", text):
            raise ValueError(f"{self.uid}: nothing fills {left[0]} in {text}")
        return text

    def value(self, name):
        """The value of a variable as part of a quoted text; Grafana's toggle for special characters escapes quotes, too."""
        if name in self.single:
            return escaped(next(iter(self.values[name]), ""))
        return "(" + escaped("|".join(map(re.escape, self.values[name]))) + ")"

    def queries(self):
        """All queries, by names like "ssm-compliance-fleet: Compliant (A)"."""
        rows = self.model["panels"]
        rows = rows + [inner for row in rows for inner in row.get("panels", [])]
        pairs = [(row, target) for row in rows for target in row.get("targets", [])]
        return {f"{self.uid}: {row['title']} ({target['refId']})": target for row, target in pairs}

    def answer(self, target, **chosen):
        """The numbers that a query finds, at once or over time, as the panel has it."""
        query = self.filled(target["expr"], **chosen)
        if target.get("instant"):
            values = [row["value"] for row in self.prometheus.instant(query)]
        else:
            rows = self.prometheus.range(query, time.time() - WINDOW, time.time(), STEP)
            values = [value for row in rows for value in row["values"]]
        return [value for _, value in values if value != "NaN"]

    def is_empty(self, target):
        """Whether no choice of the instance shows anything."""
        if "$instance_id" not in target["expr"]:
            return not self.answer(target)
        return not any(self.answer(target, instance_id=chosen) for chosen in self.instances)

    @functools.cached_property
    def instances(self):
        """Those of the variable, the ones with most reasons to be non-compliant first."""
        rows = self.prometheus.instant("count by (instance_id) (aws_ssm_instance_noncompliance_reason)")
        worst = sorted(rows, key=lambda row: -float(row["value"][1]))
        order = {row["metric"]["instance_id"]: place for place, row in enumerate(worst)}
        return sorted(self.values["instance_id"], key=lambda name: order.get(name, len(order)))


def series_text(labels):
    """A series as query_result hands it to the pattern."""
    return "{" + ",".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}"


def dashboards(prometheus):
    return [Dashboard(path, prometheus) for path in sorted(DASHBOARDS.glob("*.json"))]


def all_queries():
    """Names of all queries of all panels."""
    return [name for board in dashboards(None) for name in board.queries()]


def empty(prometheus, names):
    """Which of these queries find nothing now."""
    rows = [(name, board, target) for board in dashboards(prometheus) for name, target in board.queries().items()]
    return [name for name, board, target in rows if name in names and board.is_empty(target)]


def left_empty(prometheus, names):
    """Which of these queries go on finding nothing: the others may take their time."""
    end = time.monotonic() + PATIENCE
    while names := empty(prometheus, names):
        if time.monotonic() > end:
            break
        time.sleep(1)
    return names
