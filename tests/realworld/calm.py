"""Hours of the fleet as it is, under the shipped rules as they are: how many alerts fire?

They do not fit into a test, so promtool lives them: each series that the rules read becomes one that keeps its value,
or, for a point in time, its age, because scans, pings and refreshes go on.
"""

import json
import re
import subprocess

from prometheus_client.parser import text_string_to_metric_families

DAY = 86_400
# All that can fire within a day fires within the longest `for` below a day, an hour, and the longest range, another.
MINUTES = 150
# Between two samples: as far apart as Prometheus looks back.
STEP = 5
# Evaluations are every minute, answers need not be.
ASKED = [30, 70, MINUTES - 5]
# An alert fires as often as it has label sets.
MOST = 5
# The fleet has scans of more than a month ago, which are not calm; that exactly these are told is a check of its own.
OLD_SCANS = "SsmComplianceScanOld"


def series(row):
    labels = ",".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in sorted(row.labels.items()))
    return f"{row.name}{{{labels}}}"


def values(row, now):
    """promtool's time begins at 0: points in time are counted from its beginning."""
    if row.name.endswith("_timestamp_seconds"):
        return f"{row.value - now:.0f}+{60 * STEP}x{MINUTES // STEP}"
    return f"{row.value:.6f}x{MINUTES // STEP}"


def fleet(page, rules, now):
    """Input series of what the rules read of a page."""
    read = set(re.findall(r"\baws_ssm_\w+", rules))
    families = text_string_to_metric_families(page)
    rows = [row for family in families for row in family.samples if row.name in read]
    up = {"series": 'up{job="ssm-compliance",instance="exporter"}', "values": f"1x{MINUTES // STEP}"}
    return [up] + [{"series": series(row), "values": values(row, now)} for row in rows]


def unit_test(page, rules, now):
    """A unit test for promtool; JSON is YAML enough for it."""
    # Loud where nothing was loaded: an empty fleet has no alerts either.
    loaded = "count(aws_ssm_instance_compliant) > bool 0"
    firing = f'ALERTS{{alertstate="firing", alertname!="{OLD_SCANS}"}}'
    expression = f'((count({firing}) or vector(0)) <= bool {MOST}) * ({loaded})'
    asked = [{"expr": expression, "eval_time": f"{m}m", "exp_samples": [{"labels": "{}", "value": 1}]} for m in ASKED]
    text = "\n".join(path.read_text() for path in rules)
    test = {"interval": f"{STEP}m", "input_series": fleet(page, text, now), "promql_expr_test": asked}
    return {"rule_files": [str(path) for path in rules], "evaluation_interval": "1m", "tests": [test]}


def check(page, rules, now, folder):
    """Fails with what promtool says if more than a handful fire."""
    path = folder / "calm.json"
    path.write_text(json.dumps(unit_test(page, rules, now)))
    done = subprocess.run(["promtool", "test", "rules", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"over {MOST} alerts fire: {done.stderr[-1000:]}"
