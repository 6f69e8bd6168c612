#!/usr/bin/python3
"""Confines itself as a systemd unit says, and becomes the unit's program. It stands in where systemd is not process 1.

confinement.py UNIT COMMAND...: as root, in mount and IPC namespaces of its own, with Debian's Python (for libseccomp).
What it takes over: the file systems that the unit may write and see, its user, capabilities, system calls, address
families, and memory that may be executed. What it does not: namespaces of users and devices, and the limits of cgroups.
"""

import ctypes
import errno
import os
import socket
import subprocess
import sys

# One of those that systemd hands out for DynamicUser.
USER = 64000
# prctl(2)
PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP, PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 38, 24, 65, 1


def settings(unit):
    """The keys of a unit, each with all its values."""
    keys = {}
    for line in open(unit, encoding="utf-8"):
        key, separator, value = line.strip().partition("=")
        if separator and not key.startswith(("#", ";")):
            keys.setdefault(key, []).append(value)
    return keys


def expanded(groups):
    """The system calls of systemd's groups."""
    calls = set()
    for group in groups:
        if not group.startswith("@"):
            calls.add(group)
            continue
        listed = subprocess.run(["systemd-analyze", "syscall-filter", group], check=True, stdout=subprocess.PIPE, text=True)
        names = [line.strip() for line in listed.stdout.splitlines()[1:]]
        calls |= expanded(name for name in names if name and not name.startswith("#"))
    return calls


def allowed_calls(keys):
    calls = set()
    for value in keys["SystemCallFilter"]:
        named = expanded(value.removeprefix("~").split())
        calls = calls - named if value.startswith("~") else calls | named
    return calls


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def hide_files(keys):
    if keys["ProtectHome"] == ["yes"]:
        for folder in ("/home", "/root"):
            mount("-t", "tmpfs", "-o", "ro,mode=0", "tmpfs", folder)
    if keys["PrivateTmp"] == ["yes"]:
        mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", "/tmp")
    if keys["ProtectSystem"] == ["strict"]:
        mount("-o", "remount,bind,ro", "/")
    # Its processes see no others.
    hidden = {"invisible": "hidepid=2"}[keys["ProtectProc"][0]]
    mount("-t", "proc", "-o", hidden, "proc", "/proc")


def prctl(*arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_ulong(word) for word in [*arguments, 0, 0, 0, 0][:5]]
    if libc.prctl(*words) != 0:
        raise OSError(ctypes.get_errno(), f"prctl{arguments}")


def drop_privileges(keys):
    assert keys["CapabilityBoundingSet"] == keys["AmbientCapabilities"] == [""]
    with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as last:
        for capability in range(int(last.read()) + 1):
            prctl(PR_CAPBSET_DROP, capability)
    assert keys["DynamicUser"] == keys["NoNewPrivileges"] == ["yes"]
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    os.umask(int(keys["UMask"][0], 8))


def filter_calls(calls, families):
    import seccomp

    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    for call in sorted(calls - {"socket"}):
        try:
            rules.add_rule(seccomp.ALLOW, call)
        except (RuntimeError, ValueError):  # one that this architecture does not have
            continue
    for family in families:
        number = getattr(socket, family)
        rules.add_rule(seccomp.ALLOW, "socket", seccomp.Arg(0, seccomp.EQ, number))
    rules.load()


def main():
    unit, *command = sys.argv[1:]
    keys = settings(unit)
    calls = allowed_calls(keys)
    hide_files(keys)
    os.chdir("/")
    drop_privileges(keys)
    if keys["MemoryDenyWriteExecute"] == ["yes"]:
        prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN)
    filter_calls(calls, " ".join(keys["RestrictAddressFamilies"]).split())
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
