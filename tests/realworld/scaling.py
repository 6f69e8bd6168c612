#!/usr/bin/env python3
"""Splits a fleet over two real Prometheus servers, as docs/scaling.md has it: scaling.py EXPORTER_BINARY

The configuration is the document's. Prints one line per failure, "N passed, N failed" last, and ends with 1 if anything
failed.
"""

import collections
import contextlib
import functools
import json
import pathlib
import re
import urllib.parse

from prometheus_client.parser import text_string_to_metric_families as parse

from checks import Checks
from programs import fetch, free_port, running, wait_for

DOCUMENT = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "scaling.md"
SERVERS = 2
# Ten targets: none of the servers is left without any.
FLEET = ["--sim.accounts=5", "--sim.instances=40", "--sim.drift=0", "--sim.latency=0s"]
# Change with every refresh; the rest of the fleet stands still.
RESTLESS = ("aws_ssm_collector_",)

checks = Checks()


def is_own(name):
    return name.startswith(("aws_ssm_exporter_", "process_"))


class Split:
    """The demo, and the servers that share it."""

    def __init__(self, page, servers):
        self.page, self.servers = page, servers

    @functools.cached_property
    def whole(self):
        rows = [row for family in parse(fetch(self.page).decode()) for row in family.samples]
        return {(row.name, frozenset(row.labels.items())): row.value for row in rows}

    @functools.cached_property
    def discovered(self):
        return json.loads(fetch(urllib.parse.urljoin(self.page, "/sd")))

    def targets(self):
        """Per server its active targets."""
        pages = [json.loads(fetch(f"{server}/api/v1/targets?state=active")) for server in self.servers]
        return [page["data"]["activeTargets"] for page in pages]

    def query(self, expression):
        """Per server the rows of an instant query."""
        query = urllib.parse.urlencode({"query": expression})
        pages = [json.loads(fetch(f"{server}/api/v1/query?{query}")) for server in self.servers]
        return [page["data"]["result"] for page in pages]

    def sum(self, expression):
        return sum(float(row["value"][1]) for rows in self.query(expression) for row in rows)

    def scraped(self):
        """Whether both together have scraped as many targets as there are."""
        return self.sum('count(up{job="ssm-compliance"} == 1)') >= len(self.discovered)


@checks.check
def discovered_once_each(split):
    """Every target, and the exporter, is scraped by exactly one server."""
    scraped = [target["labels"]["instance"] for targets in split.targets() for target in targets]
    listed = [group["labels"]["instance"] for group in split.discovered]
    assert sorted(scraped) == sorted(listed), set(scraped) ^ set(listed)
    assert len(listed) == 11, listed


@checks.check
def every_scrape_is_good(split):
    """Every scrape succeeds."""
    bad = [target for targets in split.targets() for target in targets if target["health"] != "up"]
    assert not bad, [(target["scrapeUrl"], target["lastError"]) for target in bad]


@checks.check
def both_have_some(split):
    """No server is idle."""
    assert all(split.targets()), [len(targets) for targets in split.targets()]


@checks.check
def series_are_the_pages(split):
    """Both together have the series of the whole page, each once, with its values."""
    met = collections.Counter()
    values = {}
    for rows in split.query('{job="ssm-compliance",__name__=~"aws_ssm_.+",__name__!~"aws_ssm_exporter_.+"}'):
        for row in rows:
            labels = {key: value for key, value in row["metric"].items() if key not in ("__name__", "instance", "job")}
            key = row["metric"]["__name__"], frozenset(labels.items())
            met[key] += 1
            values[key] = float(row["value"][1])
    twice = [key for key, count in met.items() if count > 1]
    assert not twice, f"{len(twice)} series twice: {twice[:3]}"
    # Prometheus drops empty labels.
    page = {(name, frozenset(pair for pair in labels if pair[1])): value for (name, labels), value in split.whole.items()}
    page = {key: value for key, value in page.items() if not is_own(key[0])}
    assert met.keys() == page.keys(), sorted(str(key) for key in met.keys() ^ page.keys())[:3]
    wrong = [key for key, value in page.items() if values[key] != value and not key[0].startswith(RESTLESS)]
    assert not wrong, f"{len(wrong)} values differ: {wrong[:3]}"


@checks.check
def sums_are_right(split):
    """Sums over both servers are those of the whole page."""
    for name in ["aws_ssm_compliance_instances", "aws_ssm_managed_instances", "aws_ssm_instance_patches", "aws_ssm_up"]:
        page = sum(value for (known, _), value in split.whole.items() if known == name)
        servers = split.sum(f'sum({name}{{job="ssm-compliance"}})')
        assert page == servers > 0, f"{name}: {page} on the page, {servers} in the servers"


@checks.check
def exporter_is_there_once(split):
    """The exporter's own metrics are in one server, and not beside every target."""
    assert split.sum('count(aws_ssm_exporter_build_info{job="ssm-compliance"})') == 1
    assert split.sum('count(process_start_time_seconds{job="ssm-compliance"})') == 1


def configuration(page, number):
    """The document's, of this server, for the demo's address."""
    blocks = re.findall(r"^```yaml\n(.*?)^```$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    (block,) = [block for block in blocks if "http_sd_configs" in block]
    replaced = [("exporter.example:10068", urllib.parse.urlsplit(page).netloc), ('regex: "0"', f'regex: "{number}"')]
    # What a test cannot wait for.
    for old, new in [*replaced, ("scrape_interval: 1m", "scrape_interval: 1s")]:
        assert block.count(old) == 1, f"{old!r} is not in the document's configuration"
        block = block.replace(old, new)
    assert f"modulus: {SERVERS}\n" in block
    return block


def examine(page, folder):
    with contextlib.ExitStack() as stack:
        said, servers = [], []
        for number in range(SERVERS):
            (folder / f"{number}.yml").write_text(configuration(page, number))
            address = f"127.0.0.1:{free_port()}"
            flags = [f"--config.file={folder}/{number}.yml", f"--storage.tsdb.path={folder}/{number}"]
            said.append(stack.enter_context(running("prometheus", *flags, f"--web.listen-address={address}")))
            servers.append(f"http://{address}")
        split = Split(page, servers)
        try:
            wait_for("the servers have scraped everything", split.scraped)
        except TimeoutError as error:
            why = f"{error}: {[text()[-500:] for text in said]}"
            return checks.all_failed(why)
        return checks.failures(split)


if __name__ == "__main__":
    checks.over_the_demo(__doc__, [*FLEET, "--web.listen-address=127.0.0.1:0"], examine)
