#!/usr/bin/env python3
"""Reads the demo with what reads exporters: check.py EXPORTER_BINARY

Prometheus, promtool, curl, zlib, Chromium, and the parsers of Python's prometheus_client. Starts the demo and a real
Prometheus on free ports and ends them. Prints one line per failure, "N passed, N failed" last, and ends with 1 if
anything failed.
"""

import collections
import functools
import gzip
import html
import json
import pathlib
import subprocess
import tempfile
import urllib.parse
import zlib

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from checks import Checks
from programs import fetch, free_port, running, wait_for

HERE = pathlib.Path(__file__).resolve().parent
POLICY = HERE.parent.parent / "deploy" / "iam" / "policy.json"
TEXT = "text/plain;version=0.0.4"
OPENMETRICS = "application/openmetrics-text;version=1.0.0"
# What Prometheus 2.42 sends.
PROMETHEUS = f"{OPENMETRICS},application/openmetrics-text;version=0.0.1;q=0.75,{TEXT};q=0.5,*/*;q=0.1"
# What a sandboxed browser must do without: a display, a GPU, QUIC, and its maker's services.
BROWSER = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
BROWSER += ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--dump-dom"]

checks = Checks()


class Readers:
    """The demo's page, and a Prometheus that scrapes it."""

    def __init__(self, page, prometheus):
        self.page, self.prometheus = page, prometheus

    def text(self, **headers):
        return fetch(self.page, accept=TEXT, **headers)

    @functools.cached_property
    def fleet(self):
        return fleet(self.text())

    def query(self, expression):
        url = f"{self.prometheus}/api/v1/query?{urllib.parse.urlencode({'query': expression})}"
        return {row["metric"]["__name__"]: float(row["value"][1]) for row in json.loads(fetch(url))["data"]["result"]}

    def scraped(self):
        return self.query('{__name__=~"up|scrape_samples_.*",job="demo"}')


def fleet(page):
    """A page up to the exporter's own metrics, which differ from scrape to scrape."""
    part, found, _ = page.partition(b"# HELP aws_ssm_exporter_")
    assert found and part.startswith(b"# HELP aws_ssm_up "), f"no fleet on a page of {len(page)} bytes"
    return part


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, timeout=120, check=False, **options)
    said = done.stderr.decode(errors="replace")[-1000:]
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}: {said}"
    return done.stdout


def samples(page):
    """Number of lines that are samples."""
    return sum(1 for line in page.decode().split("\n") if line and not line.startswith("#"))


def series(families):
    """Identities of all samples; none may come twice."""
    rows = [(row.name, tuple(sorted(row.labels.items()))) for family in families for row in family.samples]
    double = len(rows) - len(set(rows))
    assert not double, f"{double} duplicate series"
    return set(rows)


@checks.check
def target_is_up(readers):
    """Prometheus scrapes the demo: the target is up."""
    assert readers.scraped()["up"] == 1


@checks.check
def no_sample_dropped(readers):
    """Prometheus keeps every sample of the page."""

    def same():
        page = samples(fetch(readers.page, accept=PROMETHEUS))
        scraped = readers.scraped()
        counts = scraped["scrape_samples_scraped"], scraped["scrape_samples_post_metric_relabeling"]
        return counts == (page, page)

    wait_for("served, scraped and kept samples are equally many", same)


@checks.check
def one_series_per_sample(readers):
    """Prometheus stores as many series as the page has samples."""

    # It counts no duplicates within a page before 2.52.
    def same():
        stored = readers.query('count by (__name__) ({job="demo",__name__!~"up|scrape_.*"})')
        return sum(stored.values()) == samples(fetch(readers.page, accept=PROMETHEUS))

    wait_for("stored series and served samples are equally many", same)


@checks.check
def no_sample_twice(readers):
    """Prometheus sees no duplicate and no out-of-order sample."""
    rows = {family.name: family.samples for family in parse_text(fetch(f"{readers.prometheus}/metrics").decode())}
    for kind in ["duplicate_timestamp", "out_of_order", "out_of_bounds"]:
        (row,) = rows[f"prometheus_target_scrapes_sample_{kind}"]
        assert row.value == 0, f"{kind}: {row.value}"


@checks.check
def promtool_is_content(readers):
    """promtool check metrics has nothing to say about the page."""
    assert run("promtool", "check", "metrics", input=readers.text()) == b""


@checks.check
def curl_reads_gzip(readers):
    """curl reads the compressed page whole."""
    page = run("curl", "--silent", "--show-error", "--fail", "--compressed", "--header", f"Accept: {TEXT}", readers.page)
    assert fleet(page) == readers.fleet


@checks.check
def zlib_reads_one_member(readers):
    """The compressed page is one gzip member with nothing after it."""
    page = readers.text(accept_encoding="gzip")
    reader = zlib.decompressobj(wbits=31)
    first = reader.decompress(page)
    assert reader.eof, "the member does not end"
    assert not reader.unused_data, f"{len(reader.unused_data)} bytes after the first member"
    assert fleet(first) == fleet(gzip.decompress(page)) == readers.fleet


@checks.check
def chromium_reads_gzip(readers):
    """Chromium shows the whole page, which it asks for compressed."""
    with tempfile.TemporaryDirectory() as profile:
        shown = html.unescape(run(*BROWSER, f"--user-data-dir={profile}", readers.page).decode())
    missing = [line for line in readers.fleet.decode().splitlines() if line not in shown]
    assert not missing, f"{len(missing)} lines are missing, the first: {missing[0]}"
    assert "process_start_time_seconds" in shown


@checks.check
def formats_agree(readers):
    """Both formats parse, without duplicates, to the same series."""
    readers.text()
    text = series(parse_text(readers.text().decode()))
    openmetrics = series(parse_openmetrics(fetch(readers.page, accept=OPENMETRICS).decode()))
    assert text == openmetrics, f"not in both: {sorted(text ^ openmetrics)[:5]}"


@checks.check
def policy_fits(readers):
    """Two statements of deploy/iam/policy.json allow exactly the operations that a refresh calls: of SSM, and tags."""
    statements = {row["Sid"]: row["Action"] for row in json.loads(POLICY.read_text())["Statement"]}
    allowed = statements["ReadCompliance"] + statements["ReadTags"]
    families = parse_text(readers.text().decode())
    (calls,) = [family for family in families if family.name == "aws_ssm_exporter_api_requests"]
    service = collections.defaultdict(lambda: "ssm", GetResources="tag")
    operations = {row.labels["operation"] for row in calls.samples if row.value > 0}
    called = {f"{service[operation]}:{operation}" for operation in operations}
    assert sorted(allowed) == sorted(called), set(allowed) ^ called


def scrape_configuration(page):
    address = urllib.parse.urlsplit(page).netloc
    job = {"job_name": "demo", "scrape_interval": "1s", "honor_labels": True}
    return json.dumps({"scrape_configs": [job | {"static_configs": [{"targets": [address]}]}]})


def examine(page, folder):
    """All checks; JSON is YAML enough for Prometheus."""
    (folder / "prometheus.yml").write_text(scrape_configuration(page))
    address = f"127.0.0.1:{free_port()}"
    flags = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    with running("prometheus", *flags, f"--web.listen-address={address}") as said:
        readers = Readers(page, f"http://{address}")
        try:
            wait_for("Prometheus has scraped", lambda: readers.scraped().get("up"))
        except TimeoutError as error:
            return checks.all_failed(f"{error}: {said()[-1000:]}")
        return checks.failures(readers)


if __name__ == "__main__":
    flags = [f"--config.file={HERE}/demo.yaml", "--sim.drift=0", "--web.listen-address=127.0.0.1:0"]
    checks.over_the_demo(__doc__, flags, examine)
