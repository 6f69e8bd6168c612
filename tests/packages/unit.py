#!/usr/bin/env python3
"""Checks the systemd units, and runs the exporter as the service says: unit.py EXPORTER_BINARY

The files of the package are put where the manifest's list for cargo-deb says, on a machine of their own (machine.py).
Prints one line per failure, "N passed, N failed" last, and ends with 1 if anything failed.
"""

import glob
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import tomllib

import machine
from checks import Checks, binary

ROOT = machine.HERE.parents[1]
UNITS = ROOT / "deploy" / "systemd"
SERVICE = UNITS / f"{machine.NAME}.service"
# Tenths; systemd-analyze calls everything up to 4.4 well protected.
MAX_EXPOSURE = 15
# Made by scripts/deb.sh.
MADE = "target/package/"

checks = Checks()


def analyze(*arguments):
    result = subprocess.run(["systemd-analyze", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return result.returncode, result.stdout


@checks.check
def check_syntax(exporter):
    """systemd finds nothing wrong with the units."""
    with tempfile.TemporaryDirectory() as folder:
        for unit in UNITS.iterdir():
            # It looks whether the program is there.
            text = unit.read_text().replace(f"/usr/bin/{machine.NAME} ", f"{exporter} ")
            pathlib.Path(folder, unit.name).write_text(text)
        code, said = analyze("verify", "--man=no", *sorted(glob.glob(f"{folder}/*")))
        assert (code, said) == (0, ""), said


@checks.check
def check_exposure(_):
    """The service is exposed no more than it must."""
    code, said = analyze("security", "--offline=true", f"--threshold={MAX_EXPOSURE}", str(SERVICE))
    assert code == 0, said


def assets():
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text())
    return manifest["package"]["metadata"]["deb"]


@checks.check
def check_assets(_):
    """Every file of the package is there, or is made by scripts/deb.sh; those that people change are configuration."""
    package = assets()
    script = (ROOT / "scripts" / "deb.sh").read_text()
    for source, target, mode in package["assets"]:
        made = source.removeprefix(MADE).replace(machine.NAME, "$name")
        is_made = source.startswith(MADE) and f"$package/{made}" in script
        assert is_made or source.startswith("target/release/") or glob.glob(str(ROOT / source)), source
        assert mode in ("755", "644", "640"), target
    named = [f"/{target}{pathlib.Path(source).name if target.endswith('/') else ''}" for source, target, _ in package["assets"]]
    assert sorted(package["conf-files"]) == sorted(name for name in named if name.startswith("/etc/"))


def install(exporter):
    """Puts the files that the service needs where the package has them."""
    for source, target, mode in assets()["assets"]:
        is_program = source.startswith("target/release/")
        if is_program or target.startswith(("etc/", "usr/lib/systemd/")):
            name = pathlib.Path(source).name if target.endswith("/") else ""
            placed = pathlib.Path("/", target, name)
            placed.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(exporter if is_program else ROOT / source, placed)
            placed.chmod(int(mode, 8))


@checks.check
def check_bounds(exporter):
    install(exporter)
    machine.check_confinement()


@checks.check
def check_service(exporter):
    machine.check_service(exporter)


check_bounds.__doc__, check_service.__doc__ = machine.check_confinement.__doc__, machine.check_service.__doc__

if __name__ == "__main__":
    program = os.path.abspath(binary(__doc__))
    sys.argv[1:] = [program]
    if not machine.can_be_made():
        # Whatever runs containers keeps most of them from this.
        print("skipped: no namespaces may be made here, so nothing is run as the units say")
        checks.remove(check_bounds)
        checks.remove(check_service)
    else:
        machine.inside()
    checks.report(checks.failures(program))
