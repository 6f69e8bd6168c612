#!/usr/bin/env python3
"""Reads files of `once --output.file` with node_exporter's textfile collector: textfile.py EXPORTER_BINARY

The exporter writes the file again and again, over simulated AWS, while node_exporter is scraped as fast as it answers.
Prints one line per failure, "N passed, N failed" last, and ends with 1 if anything failed.
"""

import contextlib
import os
import pathlib
import subprocess
import tempfile
import threading
import time

from prometheus_client.parser import text_string_to_metric_families as parse

import stack
from checks import Checks, binary
from programs import fetch, free_port, running, wait_for

NODE_EXPORTER = "prometheus-node-exporter"
FILE = "ssm_compliance.prom"
# At least so many times the file is replaced while it is read.
WRITES = 6

checks = Checks()


class Writer:
    """Runs `once` over simulated AWS, which is there as long as this is."""

    def __init__(self, program, aws, folder):
        self.program, self.aws, self.runs = program, aws, 0
        document = stack.exporter_configuration(aws)
        document["api"]["requests_per_second"] = 1000
        self.configuration = stack.write(folder / "exporter.yaml", document)
        self.file = folder / "read" / FILE
        self.file.parent.mkdir()

    def write(self):
        """The exit code of one run."""
        command = [self.program, "once", f"--config.file={self.configuration}", f"--output.file={self.file}"]
        ended = subprocess.run(command, env=os.environ | stack.CREDENTIALS, capture_output=True, timeout=60)
        self.runs += 1
        return ended.returncode

    @contextlib.contextmanager
    def writing(self):
        """Writes in the background; yields the exit codes of the runs that have ended."""
        codes, over = [], threading.Event()

        def write_on():
            while not over.is_set():
                codes.append(self.write())

        thread = threading.Thread(target=write_on)
        thread.start()
        try:
            yield codes
        finally:
            over.set()
            thread.join()


class Trial:
    """The writer, and the node_exporter that reads its file."""

    def __init__(self, writer, url, said):
        self.writer, self.url, self.said = writer, url, said

    def scrape(self):
        """The families that node_exporter has now."""
        return {family.name: family for family in parse(fetch(self.url).decode())}

    def skim(self):
        """What of a scrape says that it is whole, found without parsing it, which takes longer than a refresh."""
        lines = fetch(self.url).decode().splitlines()
        told = [line for line in lines if line.startswith(("node_textfile_scrape_error ", "aws_ssm_up{"))]
        return told, sum(line.startswith("# HELP aws_ssm_") for line in lines)


@checks.check
def never_half_a_file(trial):
    """While the file is replaced again and again, node_exporter reads the whole page at every scrape."""
    whole, scrapes = trial.skim(), 0
    assert whole[0][-1] == "node_textfile_scrape_error 0" and len(whole[0]) == 3 and whole[1] > 30, whole
    with trial.writer.writing() as codes:
        end = time.monotonic() + 40
        while len(codes) < WRITES and time.monotonic() < end:
            assert (now := trial.skim()) == whole, f"scrape {scrapes}: {now} instead of {whole}"
            scrapes += 1
    assert len(codes) >= WRITES and not any(codes), f"exit codes {codes}"
    assert scrapes > len(codes), f"{scrapes} scrapes of {len(codes)} files"
    print(f"{scrapes} scrapes while {len(codes)} files were written")


@checks.check
def the_page_is_taken_as_it_is(trial):
    """node_exporter serves every family of the file with its help and its samples, and complains of nothing."""
    served = trial.scrape()
    for family in parse(trial.writer.file.read_text()):
        other = served.get(family.name)
        assert other, f"{family.name} is lost"
        assert (family.documentation, family.type) == (other.documentation, other.type), family.name
        ours, theirs = ({(s.name, frozenset(s.labels.items()), s.value) for s in f.samples} for f in (family, other))
        assert ours == theirs, f"{family.name}: {len(ours ^ theirs)} samples differ"
    said = [line for line in trial.said().splitlines() if "level=error" in line or "level=warn" in line]
    # Not that of being run by root, as CI does.
    complaints = [line for line in said if "root user" not in line]
    assert not complaints, complaints[0]


@checks.check
def down_is_written(trial):
    """With a target down the exit code is 1, and node_exporter says which one."""
    trial.writer.aws.start(f"deny:DescribeInstanceInformation@{stack.BAD[0]}")
    assert trial.writer.write() == 1
    families = trial.scrape()
    down = [sample.labels["account_id"] for sample in families["aws_ssm_up"].samples if sample.value == 0]
    assert down == [stack.BAD[0]] and len(families["aws_ssm_up"].samples) == 2, down
    assert [path.name for path in trial.writer.file.parent.iterdir()] == [FILE], "something is left behind"


@contextlib.contextmanager
def everything(program, folder):
    aws, address = stack.Aws(program, "--sim.instances=30"), f"127.0.0.1:{free_port()}"
    aws.start()
    with aws.alive:
        writer = Writer(program, aws, folder)
        if code := writer.write():
            raise RuntimeError(f"the first file: exit code {code}")
        flags = ["--collector.disable-defaults", "--collector.textfile", f"--web.listen-address={address}"]
        flags.append(f"--collector.textfile.directory={writer.file.parent}")
        with running(NODE_EXPORTER, *flags) as said:
            url = f"http://{address}/metrics"
            wait_for("node_exporter listens", lambda: fetch(url))
            yield Trial(writer, url, said)


def main():
    program = str(pathlib.Path(binary(__doc__)).resolve())
    with tempfile.TemporaryDirectory() as folder, everything(program, pathlib.Path(folder)) as trial:
        failures = checks.failures(trial, timed=True)
    checks.report(failures)


if __name__ == "__main__":
    main()
