"""The runbooks as text: their blocks, and what every one of them must be before any command is run.

The first word after the fence is the language. Blocks of `sh` and `promql` are run; `text` and `yaml` are to be read, and
hold no commands. More words after `sh` are conditions: on the instance (`linux`, `windows`, `ec2`, `hybrid`, `yum`), or
`fails`, where the answer that the reader looks for is an error.

A line `name=value` with a fixed value is to be filled in: with a label of the alert, or with one of `CHOICES`.
"""

import dataclasses
import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "runbooks"
FIX = "What to do"
SECTIONS = [
    "What it means",
    "Why it matters",
    "How to see it",
    FIX,
    "How to check that it is fixed",
    "When it is a false alarm",
]
MAX_LINES = 120
RUN, READ = {"sh", "promql"}, {"text", "yaml"}
CONDITIONS = {"linux", "windows", "ec2", "hybrid", "yum", "fails"}
# What the reader knows or picks: no label of an alert.
CHOICES = {"exporter", "config_file", "role_arn", "external_id", "instance_id", "association_id"}
# How commands begin, which must not hide in a block that is only read.
COMMAND = re.compile(r"^\s*(aws|curl|kubectl|systemctl|journalctl|kill|ssm-compliance-exporter|docker|promtool) ", re.M)
PLACEHOLDER = re.compile(r"^(\w+)=([^\s$\"'(]+)(?= *(?:#.*)?$)", re.M)


@dataclasses.dataclass(frozen=True)
class Block:
    """One fenced block."""

    language: str
    conditions: frozenset
    section: str
    line: int
    text: str

    def placeholders(self):
        """The names of the values to be filled in."""
        return [found.group(1) for found in PLACEHOLDER.finditer(self.text)]

    def commands(self):
        """Its lines, with those that go on in the next line joined, without comments."""
        lines = self.text.replace("\\\n", " ").replace("|\n", "| ").splitlines()
        return [" ".join(line.split()) for line in lines if line.strip() and not line.strip().startswith("#")]

    def expressions(self):
        """The expressions of a block of PromQL, which blank lines separate."""
        return [part for part in self.text.split("\n\n") if part.strip()]


class Page:
    """One runbook."""

    def __init__(self, path):
        self.name, self.path, self.text = path.stem, path, path.read_text()
        self.blocks = list(blocks(self.text))

    def in_section(self, section):
        return [block for block in self.blocks if block.section == section]


def pages():
    return [Page(path) for path in sorted(FOLDER.glob("*.md"))]


def blocks(text):
    section, fence, body = "", None, []
    for number, line in enumerate(text.splitlines(), 1):
        if fence is None and line.startswith("## "):
            section = line[3:]
        if not line.strip().startswith("```"):
            body.append(line)
        elif fence is None:
            fence, body = (number, len(line) - len(line.lstrip()), line.strip().strip("`").split()), []
        else:
            start, indent, words = fence
            content = "\n".join(line[indent:] for line in body)
            yield Block(words[0] if words else "", frozenset(words[1:]), section, start, content)
            fence = None


def labels_of_alerts():
    """The labels of each alert, by name, as the rules' own tests expect them."""
    labels = {}
    for path in (ROOT / "alerts" / "tests").glob("*.yaml"):
        for test in yaml.safe_load(path.read_text())["tests"]:
            for case in test.get("alert_rule_test", []):
                for alert in case.get("exp_alerts") or []:
                    labels.setdefault(case["alertname"], set()).update(alert["exp_labels"])
    return labels


def problems(page, labels):
    """What is wrong with the text of a page."""
    found = re.findall(r"^## (.*)$", page.text, re.M)
    if found != SECTIONS:
        yield f"its sections are {found}"
    if page.text.count("\n") > MAX_LINES:
        yield f"it has more than {MAX_LINES} lines"
    yield from wrong_blocks(page, labels)
    yield from dead_links(page)


def wrong_blocks(page, labels):
    for block in page.blocks:
        where = f"line {block.line}"
        if block.language not in RUN | READ or not block.conditions <= CONDITIONS:
            yield f"{where}: nobody knows how to run or read {block.language} {sorted(block.conditions)}"
        if block.language in READ and COMMAND.search(block.text):
            yield f"{where}: a command that is not run"
        if block.language == "sh":
            for name in block.placeholders():
                if name not in labels[page.name] | CHOICES:
                    yield f"{where}: {name} is no label of the alert"


def dead_links(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.text):
        path, _, anchor = target.partition("#")
        if path.startswith("http"):
            continue
        file = (page.path.parent / path).resolve() if path else page.path
        if not file.exists():
            yield f"a dead link to {target}"
        elif anchor and anchor not in anchors(file.read_text()):
            yield f"a link to a section that is not there: {target}"


def anchors(text):
    """How GitHub names the headings of a document."""
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
