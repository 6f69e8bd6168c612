"""Checks in the order in which they are written, and the report of them that `scripts/tally.py` reads."""

import pathlib
import sys
import tempfile
import time
import urllib.parse

from programs import fetch, started, wait_for


class Checks(list):
    """Functions of one subject; the docstring of each is what must hold."""

    def check(self, function):
        """Registers one."""
        self.append(function)
        return function

    def failures(self, subject, timed=False):
        """What does not hold, a line each; how long each took is printed if that is worth knowing."""
        return [line for function in self if (line := outcome(function, subject, timed))]

    def all_failed(self, why):
        """For when there is no subject."""
        return [f"FAILED {function.__doc__} {why}" for function in self]

    def over_the_demo(self, usage, flags, examine):
        """Runs the demo, and reports the failures that `examine` finds with its page and a folder to write to."""
        with tempfile.TemporaryDirectory() as folder, started(binary(usage), "demo", r"metrics +(\S+)", *flags) as page:
            wait_for("the demo is ready", lambda: fetch(urllib.parse.urljoin(page, "/-/ready")))
            failures = examine(page, pathlib.Path(folder))
        self.report(failures)

    def report(self, failures):
        """Ends the program."""
        print(*failures, sep="\n", end="\n" if failures else "")
        print(f"{len(self) - len(failures)} passed, {len(failures)} failed")
        sys.exit(1 if failures else 0)


def binary(usage):
    """The exporter's program, the one argument."""
    return sys.argv[1] if len(sys.argv) == 2 else sys.exit(usage)


def outcome(function, subject, timed):
    start = time.monotonic()
    try:
        function(subject)
    except Exception as error:  # every failure is a line of the report
        return f"FAILED {function.__doc__} {type(error).__name__}: {str(error)[:2000]}"
    finally:
        if timed:
            print(f"{time.monotonic() - start:5.1f} s  {function.__doc__}", flush=True)
    return None
