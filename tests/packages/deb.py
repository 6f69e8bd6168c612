#!/usr/bin/env python3
"""Installs the Debian package, runs its service, and removes it: deb.py PACKAGE.deb

It does so on a machine of its own (machine.py). Prints one line per failure, "N passed, N failed" last, and ends with 1 if
anything failed.
"""

import glob
import os
import pathlib
import subprocess
import sys

import machine
from checks import Checks, binary

PROGRAM = f"/usr/bin/{machine.NAME}"
# What lintian says that is meant so: only root may read the secrets in the defaults, packages for tests are not stripped,
# and this one goes to no archive of Debian's.
MEANT = ("non-standard-file-perm 0640", "unstripped-binary-or-object", "initial-upload-closes-no-bugs")

checks = Checks()


def run(*command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True)
    assert result.returncode == 0, f"{command}: {result.stdout}"
    return result.stdout


def exist(*paths):
    return [path for path in paths if os.path.exists(path)]


@checks.check
def check_lint(package):
    """lintian finds nothing that is not meant so."""
    if not exist("/usr/bin/lintian"):
        raise AssertionError("lintian is not installed: apt-get install --no-install-recommends lintian")
    command = ["lintian", "--allow-root", "--tag-display-limit", "0", package]
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    lines = said.splitlines()
    found = [line for line in lines if line.startswith(("E:", "W:")) and not any(tag in line for tag in MEANT)]
    assert not found, "\n".join(found)


@checks.check
def check_installation(package):
    """It can be installed, and nothing runs before an administrator says so."""
    before = set(run("systemctl", "list-unit-files", "--root=/", "--no-legend").splitlines())
    run("dpkg", "--install", package)
    assert machine.NAME in run(PROGRAM, "--version")
    added = set(run("systemctl", "list-unit-files", "--root=/", "--no-legend").splitlines()) - before
    states = sorted(tuple(line.split()[:2]) for line in added)
    assert states == [(f"{machine.NAME}.{kind}", "disabled") for kind in ("service", "socket")], states
    assert run("dpkg", "--verify", machine.NAME) == ""


@checks.check
def check_documents(_):
    """Manual page, completions and documents are where their readers look."""
    assert "SIGHUP" in run("sh", "-c", f"gzip -dc /usr/share/man/man1/{machine.NAME}.1.gz | groff -ww -man -Tascii -P-cbou")
    source = f"source /usr/share/bash-completion/completions/{machine.NAME} && complete -p {machine.NAME}"
    assert machine.NAME in run("bash", "-c", source)
    assert f"#compdef {machine.NAME}" in pathlib.Path(f"/usr/share/zsh/vendor-completions/_{machine.NAME}").read_text()
    assert exist(f"/usr/share/fish/vendor_completions.d/{machine.NAME}.fish")
    folder = f"/usr/share/doc/{machine.NAME}"
    for name in ("copyright", "README.md", "configuration.md", "runbooks/SsmComplianceTargetDown.md", "iam/policy.json"):
        assert exist(f"{folder}/{name}"), name
    assert glob.glob(f"{folder}/alerts/*.yaml") and glob.glob(f"{folder}/dashboards/*.json")


@checks.check
def check_configuration(_):
    """The configuration that comes with it says itself what is missing, and is good where there is a region."""
    check = [PROGRAM, "check-config", machine.CONFIGURATION]
    result = subprocess.run(check, env={}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert result.returncode == 78 and "AWS_REGION" in result.stderr, result.stderr
    assert subprocess.run(check, env={"AWS_REGION": "eu-west-1"}, stdout=subprocess.DEVNULL).returncode == 0
    assert os.stat(machine.DEFAULTS).st_mode & 0o077 == 0o040, "others may read secrets"


@checks.check
def check_bounds(_):
    machine.check_confinement()


@checks.check
def check_service(_):
    machine.check_service(PROGRAM)


@checks.check
def check_users(_):
    """There is no user of its own: systemd makes one up as long as the service runs."""
    assert machine.NAME not in pathlib.Path("/etc/passwd").read_text()


@checks.check
def check_upgrade(package):
    """The next package keeps what an administrator has changed."""
    changed = pathlib.Path(machine.CONFIGURATION).read_text()
    assert "endpoint_url" in changed
    run("dpkg", "--install", package)
    assert pathlib.Path(machine.CONFIGURATION).read_text() == changed


@checks.check
def check_removal(_):
    """Removing it leaves the configuration, and purging it nothing but what others have put there."""
    run("dpkg", "--remove", machine.NAME)
    assert exist(PROGRAM, machine.UNIT) == []
    assert len(exist(machine.CONFIGURATION, machine.DEFAULTS)) == 2
    run("dpkg", "--purge", machine.NAME)
    assert exist(machine.CONFIGURATION, machine.DEFAULTS, f"/usr/share/doc/{machine.NAME}") == []
    left = run("find", "/etc", "/usr", "/var/lib/systemd", "-name", f"*{machine.NAME}*", "-not", "-path", "/usr/src/*")
    # The test's own file lies there.
    assert left.split() == [f"/etc/{machine.NAME}"], left


check_bounds.__doc__, check_service.__doc__ = machine.check_confinement.__doc__, machine.check_service.__doc__

if __name__ == "__main__":
    package_file = os.path.abspath(binary(__doc__))
    sys.argv[1:] = [package_file]
    machine.inside()
    checks.report(checks.failures(package_file))
