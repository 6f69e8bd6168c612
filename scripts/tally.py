#!/usr/bin/env python3
"""Runs shell commands in turn, all of them, and sums up what they passed and failed: tally.py COMMAND...

Commands with " ::: " between them run side by side, which is for those that mostly wait; what they say comes when they
have ended.

A command's counts are its last line "N passed, N failed", else the sum of its "test result:" lines (cargo test), else
it counts as one check that its exit code decides. Ends with the sum on a line alone, and with 1 if anything failed or
nothing passed.
"""

import concurrent.futures
import io
import re
import subprocess
import sys
import time

CLOSING = re.compile(r"(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")
CARGO = re.compile(r"test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;")


def run(command, out):
    """Passes the command's output on and counts it: [passed, failed, skipped]."""
    closing, cargo = None, None
    with subprocess.Popen(["bash", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        for line in process.stdout:
            out.write(line)
            out.flush()
            text = line.decode(errors="replace").rstrip()
            if found := CLOSING.match(text):
                closing = [int(group or 0) for group in found.groups()]
            elif found := CARGO.match(text):
                cargo = [old + int(new) for old, new in zip(cargo or [0, 0, 0], found.groups())]
    good = process.returncode == 0
    counts = closing or cargo or [int(good), int(not good), 0]
    # What ended badly has failed, whatever it counted: a compiler error, a crash, a test run that found no test.
    if not good or counts[0] == 0:
        counts[1] = max(counts[1], 1)
    return counts


def timed(command, out):
    start = time.monotonic()
    counts = run(command, out)
    return command, counts, time.monotonic() - start


def side_by_side(commands):
    """The reports of commands that run at the same time."""
    outputs = [io.BytesIO() for _ in commands]
    with concurrent.futures.ThreadPoolExecutor(len(commands)) as pool:
        reports = list(pool.map(timed, commands, outputs))
    for output in outputs:
        sys.stdout.buffer.write(output.getvalue())
        sys.stdout.buffer.flush()
    return reports


def say(counts):
    passed, failed, skipped = counts
    return f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")


def main():
    commands = sys.argv[1:] or sys.exit(__doc__)
    report = []
    for command in commands:
        print(f"==> {command}", flush=True)
        parts = command.split(" ::: ")
        report += side_by_side(parts) if len(parts) > 1 else [timed(command, sys.stdout.buffer)]
    print()
    for command, counts, seconds in report:
        print(f"{seconds:6.0f} s  {command}: {say(counts)}")
    total = [sum(column) for column in zip(*(counts for _, counts, _ in report))]
    print(say(total), flush=True)
    sys.exit(1 if total[1] else 0)


if __name__ == "__main__":
    main()
