"""Starts and ends the programs that a check needs, each on a free port of the loopback interface."""

import contextlib
import os
import re
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

PATIENCE = 60


def fetch(url, data=None, **headers):
    """The body of an answer, as it came; headers are written with underscores. With data it is a POST."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with urllib.request.urlopen(urllib.request.Request(url, data=data, headers=named), timeout=30) as answer:
        return answer.read()


def wait_for(what, probe, patience=PATIENCE):
    """The first true value of a probe, asked again and again."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            if value := probe():
                return value
        time.sleep(0.2)
    raise TimeoutError(f"{what}: not within {patience} s")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextlib.contextmanager
def running(*command, **environment):
    """A program in the background; yields the file of all it says, and ends it with SIGTERM."""
    with tempfile.NamedTemporaryFile("w+") as said:
        streams = {"stdin": subprocess.DEVNULL, "stdout": said, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(command, env=os.environ | environment, **streams)
        try:
            yield lambda: open(said.name, encoding="utf-8", errors="replace").read()
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def started(binary, command, pattern, *flags):
    """The exporter's own program with a command; yields the address that the pattern finds in what it says."""
    with running(binary, command, *flags) as said:
        found = wait_for(f"{command} says where it listens", lambda: re.search(pattern, said()))
        yield found.group(1)
