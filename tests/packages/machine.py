"""A machine of its own for a package: this one's files, of which every change is lost, and a systemd that is played.

It takes root, mount namespaces and overlayfs. Nothing that happens in it is seen outside.
"""

import contextlib
import json
import os
import pathlib
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "realworld"))

import confinement  # noqa: E402
from programs import fetch, free_port, started, wait_for  # noqa: E402

NAME = "ssm-compliance-exporter"
UNIT = f"/usr/lib/systemd/system/{NAME}.service"
DEFAULTS = f"/etc/default/{NAME}"
CONFIGURATION = f"/etc/{NAME}/config.yaml"
CONFINEMENT = "/opt/confinement.py"
INSIDE = "SSM_COMPLIANCE_EXPORTER_PACKAGE_TEST"
# As a unit of systemd's own that hands credentials out would.
CREDENTIALS = json.dumps({"Version": 1, "AccessKeyId": "AKIAKNOWNKEYID", "SecretAccessKey": "known-secret-key"})


def can_be_made():
    return os.environ.get(INSIDE) or subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL).returncode == 0


def inside():
    """Starts this program once more, within the machine; there, it goes on."""
    folder = os.environ.get(INSIDE)
    if not folder:
        with tempfile.TemporaryDirectory() as folder:
            command = ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv]
            sys.exit(subprocess.run(command, env=os.environ | {INSIDE: folder}, check=False).returncode)
    shell = """
        mount -t tmpfs tmpfs "$0"
        mkdir "$0/changed" "$0/work" "$0/root"
        mount -t overlay -o "lowerdir=/,upperdir=$0/changed,workdir=$0/work" overlay "$0/root"
        for folder in proc dev sys; do mount --rbind "/$folder" "$0/root/$folder"; done
    """
    subprocess.run(["sh", "-euc", shell, folder], check=True)
    shutil.copy(HERE / "confinement.py", f"{folder}/root{CONFINEMENT}")
    os.chroot(f"{folder}/root")
    os.chdir("/")


class Systemd:
    """Starts the unit's program, listens to what it tells, and asks it to reload and to stop."""

    def __init__(self, variables):
        self.folder = tempfile.mkdtemp(dir="/run")
        os.chmod(self.folder, 0o755)
        path = f"{self.folder}/notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        os.chmod(path, 0o666)
        self.keys = confinement.settings(UNIT)
        watchdog = int(self.keys["WatchdogSec"][0].removesuffix("s")) * 1_000_000
        environment = {"PATH": "/usr/bin:/bin", "NOTIFY_SOCKET": path, "WATCHDOG_USEC": str(watchdog)}
        self.environment = environment | environment_file() | variables
        self.log = open(f"{self.folder}/log", "w+b")

    def command(self):
        words = shlex.split(self.keys["ExecStart"][0])
        if words[-1] == "$ARGS":
            words[-1:] = shlex.split(self.environment.get("ARGS", ""))
        return words

    def confined(self, command):
        words = ["unshare", "--mount", "--ipc", "--propagation", "private", "/usr/bin/python3", CONFINEMENT, UNIT, *command]
        return subprocess.Popen(words, env=self.environment, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)

    @contextlib.contextmanager
    def started(self):
        self.process = self.confined(self.command())
        try:
            yield self
        finally:
            self.process.kill()
            self.process.wait()
            self.socket.close()

    def told(self, wanted):
        """Waits for a message that has this line, and returns the whole."""
        self.socket.settimeout(30)
        while True:
            try:
                message = self.socket.recv(4096).decode()
            except TimeoutError:
                raise AssertionError(f"not told {wanted}: {self.said()}") from None
            if re.search(f"^{wanted}$", message, re.MULTILINE):
                return message

    def reload(self):
        words = [word.replace("$MAINPID", str(self.process.pid)) for word in shlex.split(self.keys["ExecReload"][0])]
        subprocess.run(words, check=True)

    def stop(self):
        self.process.terminate()
        return self.process.wait(int(self.keys["TimeoutStopSec"][0].removesuffix("s")))

    def said(self):
        self.log.flush()
        return pathlib.Path(self.log.name).read_text(errors="replace")


def environment_file():
    lines = pathlib.Path(DEFAULTS).read_text().splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {key: "".join(shlex.split(value)) for key, value in pairs}


PROBE = """
import ctypes, os, socket
assert os.getuid() >= 61184 and os.getgroups() == [], os.getuid()
def refused(action):
    try:
        action()
    except OSError:
        return
    raise AssertionError(action)
refused(lambda: open("/etc/probe", "w"))
refused(lambda: open("/usr/bin/probe", "w"))
refused(lambda: os.listdir("/root"))
refused(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
refused(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
refused(lambda: os.chroot("/"))
refused(lambda: os.nice(-1))
import mmap
refused(lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC))
assert "CapBnd:\\t0000000000000000" in open("/proc/self/status").read()
"""


def check_confinement():
    """The unit's bounds hold here: otherwise that the exporter works within them says nothing."""
    systemd = Systemd({})
    process = systemd.confined(["/usr/bin/python3", "-c", PROBE])
    assert process.wait(30) == 0, systemd.said()


def configure(aws):
    """Writes what an administrator would: the region, the account, and a program that knows the credentials."""
    program = pathlib.Path("/usr/local/bin/credentials-for-test")
    program.write_text(f"#!/bin/sh\necho '{CREDENTIALS}'\n")
    program.chmod(0o755)
    profile = pathlib.Path(f"/etc/{NAME}/aws-config")
    profile.write_text(f"[default]\ncredential_process = {program}\n")
    profile.chmod(0o644)
    with open(CONFIGURATION, "a", encoding="utf-8") as configuration:
        configuration.write(f"\napi:\n  endpoint_url: {aws}\naccounts:\n  - regions: [eu-west-1]\n")
    port = free_port()
    defaults = pathlib.Path(DEFAULTS)
    flags = f'ARGS="--web.listen-address=127.0.0.1:{port}"'
    defaults.write_text(defaults.read_text().replace('ARGS=""', flags) + f"AWS_CONFIG_FILE={profile}\n")
    assert flags in defaults.read_text()
    return f"http://127.0.0.1:{port}"


def check_service(exporter):
    """The service starts, reads AWS, reloads and stops within the unit's bounds, and tells systemd so."""
    flags = ["--sim.listen=127.0.0.1:0", "--sim.instances=5"]
    with started(exporter, "simulate", r"on (http://\S+)", *flags) as aws:
        page = configure(aws)
        with Systemd({}).started() as systemd:
            systemd.told("READY=1")
            assert fetch(f"{page}/-/healthy") == b"healthy\n"
            systemd.told("WATCHDOG=1")
            is_up = lambda: b"\naws_ssm_up{" in (text := fetch(f"{page}/metrics")) and text  # noqa: E731
            text = wait_for("the first refresh", is_up).decode()
            assert re.search(r"\naws_ssm_up\{.*\} 1", text), systemd.said()
            start = float(re.search(r"\nprocess_start_time_seconds (\S+)", text).group(1))
            assert abs(time.time() - start) < 600, start
            systemd.reload()
            assert "MONOTONIC_USEC=" in systemd.told("RELOADING=1")
            systemd.told("READY=1")
            systemd.told("STATUS=targets: 1 up, 0 down, 0 not read yet")
            assert systemd.stop() == 0, systemd.said()
            systemd.told("STOPPING=1")
            assert "denied" not in systemd.said().lower(), systemd.said()
