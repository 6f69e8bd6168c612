#!/usr/bin/env python3
"""Does what README.md and docs/queries.md show, as written: documented.py EXPORTER_BINARY

The commands of README's section "Try it" run against the demo, and the queries are put to two real Prometheus servers:
one that scrapes one exporter, and one that scrapes two replicas of it. Prints one line per failure, "N passed,
N failed" last, and ends with 1 if anything failed.
"""

import contextlib
import functools
import pathlib
import re
import subprocess
import urllib.parse

import stack
from checks import Checks
from programs import fetch, free_port, running, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIGURATION = pathlib.Path(__file__).resolve().parent / "demo.yaml"
# The address that the documents name.
DOCUMENTED = "localhost:10068"

checks = Checks()


def blocks(document, language):
    """The blocks of code of a text, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", document, re.MULTILINE | re.DOTALL)


def section(document, title):
    return re.search(rf"^## {title}\n(.*?)(?=^## )", document, re.MULTILINE | re.DOTALL).group(1)


class Documented:
    """The demo, and two servers over it."""

    def __init__(self, page, single, double, folder):
        self.page, self.single, self.double, self.folder = page, single, double, folder

    @functools.cached_property
    def queries(self):
        return blocks((ROOT / "docs" / "queries.md").read_text(), "promql")

    @functools.cached_property
    def results(self):
        return blocks((ROOT / "docs" / "queries.md").read_text(), "text")

    def commands(self):
        """What README asks the demo, each with the output that it shows."""
        text = "".join(blocks(section((ROOT / "README.md").read_text(), "Try it"), "console"))
        typed = [part.split("\n", 1) for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]]
        return [(command, output) for command, output in typed if command.startswith("curl")]

    def run(self, command):
        assert DOCUMENTED in command, command
        script = command.replace(DOCUMENTED, urllib.parse.urlsplit(self.page).netloc)
        done = subprocess.run(["bash", "-c", script], capture_output=True, timeout=30, check=True)
        return done.stdout.decode()


def rows(result):
    """Of each row its labels and its value."""
    return sorted((sorted(row["metric"].items()), row["value"][1]) for row in result)


def written(row):
    """A row as the document writes it."""
    labels = ", ".join(f'{name}="{value}"' for name, value in sorted(row["metric"].items()))
    return f"{{{labels}}} {row['value'][1]}\n"


def words(line):
    """The cells of a line of columns."""
    return re.split(r"  +", line.strip())


@checks.check
def one_command_names_them_all(documented):
    """README's curl names every non-compliant instance with its host and its reasons, in README's columns."""
    ((command, shown),) = documented.commands()
    answered = documented.run(command).splitlines()
    shown = shown.splitlines()
    assert words(answered[2]) == words(shown[2]), (answered[2], shown[2])
    counted = documented.single.instant("count(count by (account_id, instance_id) (aws_ssm_instance_compliant == 0))")
    assert len(answered) - 3 == int(counted[0]["value"][1]) > 10, answered[:5]
    for row in answered[3:]:
        instance, host, _, _, status, reasons = words(row)
        assert re.match(r"m?i-\w+", instance) and host != "-" and status == "NON_COMPLIANT" and reasons != "-", row
    # The fleet is made anew at each start, so the times in it differ, but not who has which reasons.
    unknown = [row for row in shown[3:] if row != "..." and words(row) not in map(words, answered)]
    assert not unknown, f"README shows {unknown}, and the demo says {answered[3:8]}"


@checks.check
def queries_are_checked(documented):
    """promtool accepts every query of docs/queries.md."""
    rules = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(documented.queries)]
    file = stack.write(documented.folder / "queries.yaml", {"groups": [{"name": "queries", "rules": rules}]})
    subprocess.run(["promtool", "check", "rules", file], check=True, capture_output=True)


@checks.check
def every_query_has_an_answer(documented):
    """Every query of docs/queries.md has an answer, without what Prometheus adds to a scrape."""
    for query in documented.queries:
        answer = documented.single.instant(query)
        assert answer, f"nothing answers {query}"
        of_scrape = [row["metric"] for row in answer if {"instance", "job", "pod"} & row["metric"].keys()]
        assert not of_scrape, f"{of_scrape[:2]} in the answer to {query}"


@checks.check
def results_are_shown(documented):
    """The result that docs/queries.md shows below each query is one of its answers."""
    assert len(documented.queries) == len(documented.results) > 5
    for query, shown in zip(documented.queries, documented.results):
        answer = [written(row) for row in documented.single.instant(query)]
        assert shown in answer, f"{shown} is not among {answer[:3]}"


@checks.check
def replicas_double_nothing(documented):
    """With two replicas scraped, every query of docs/queries.md has the same answer as with one."""
    for query in documented.queries:
        once, twice = rows(documented.single.instant(query)), rows(documented.double.instant(query))
        assert once == twice, f"{once[:2]} with one exporter and {twice[:2]} with two: {query}"


@checks.check
def both_replicas_are_there(documented):
    """The second server has every series twice."""
    query = "count(aws_ssm_instance_info)"
    (one,), (two,) = documented.single.instant(query), documented.double.instant(query)
    assert 2 * int(one["value"][1]) == int(two["value"][1]) > 0, (one, two)


@contextlib.contextmanager
def scraping(page, folder, replicas):
    """A Prometheus that takes one exporter for several."""
    address = urllib.parse.urlsplit(page).netloc
    jobs = [{"targets": [address], "labels": {"instance": f"replica-{number}"}} for number in range(replicas)]
    job = {"job_name": "ssm-compliance", "scrape_interval": "1s", "honor_labels": True, "static_configs": jobs}
    file = stack.write(folder / f"{replicas}.json", {"scrape_configs": [job]})
    web = f"127.0.0.1:{free_port()}"
    flags = [f"--config.file={file}", f"--storage.tsdb.path={folder}/{replicas}", f"--web.listen-address={web}"]
    with running("prometheus", *flags):
        wait_for("Prometheus is ready", lambda: fetch(f"http://{web}/-/ready"))
        yield stack.Prometheus(f"http://{web}")


def examine(page, folder):
    with scraping(page, folder, 1) as single, scraping(page, folder, 2) as double:
        for server, replicas in [(single, 1), (double, 2)]:
            scraped = functools.partial(server.instant, f"count(aws_ssm_exporter_build_info) == {replicas}")
            wait_for("Prometheus has scraped", scraped)
        return checks.failures(Documented(page, single, double, folder))


if __name__ == "__main__":
    flags = [f"--config.file={CONFIGURATION}", "--sim.drift=0", "--web.listen-address=127.0.0.1:0"]
    checks.over_the_demo(__doc__, flags, examine)
