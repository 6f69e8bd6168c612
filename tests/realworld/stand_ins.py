"""Programs of the exporter's host that a check has not got: they check the form of their arguments, and print something
plausible. What is real stays real: the process, its log, the exporter itself.
"""

import pathlib
import stat

COMMON = """#!/bin/bash
refuse() { echo "$(basename "$0"): the stand-in does not know: $*" >&2; exit 64; }
UNIT=ssm-compliance-exporter
PANIC='level=error message="panic: a fault of the exporter, please report it" location=src/x.rs:1:1 panic="made up"'
"""

SYSTEMCTL = r"""
[ "$1" = status ] || refuse "$@"
case "$2" in "$UNIT"|systemd-journald) ;; *) refuse "$@" ;; esac
[ "${3:---no-pager}" = --no-pager ] && [ $# -le 3 ] || refuse "$@"
echo "* $2.service"; echo "     Active: active (running)"
"""

# The last line is one that a healthy exporter does not write.
JOURNALCTL = r"""
while [ $# -gt 0 ]; do
    case "$1" in
    -u) [ "$2" = "$UNIT" ] || refuse "$@"; shift 2 ;;
    -n) [ "$2" -gt 0 ] || refuse "$@"; shift 2 ;;
    --since) [[ "$2" =~ ^-[0-9]+[smhd]$ ]] || refuse "$@"; shift 2 ;;
    --no-pager) shift ;;
    *) refuse "$@" ;;
    esac
done
cat "$EXPORTER_LOG"; echo "$PANIC"
"""

KUBECTL = r"""
command="$1"; [ "$command" = get ] && { [ "$2" = pods ] || refuse "$@"; shift; }
case "$command" in get|logs) shift ;; *) refuse "$@" ;; esac
[ "$1 $2" = "-l app.kubernetes.io/name=$UNIT" ] || refuse "$@"
shift 2
for word in "$@"; do
    [ "$command" = logs ] && [[ "$word" =~ ^--(tail=[0-9]+|since=[0-9]+[smh])$ ]] || refuse "$@"
done
if [ "$command" = get ]; then echo "NAME  READY  STATUS  RESTARTS  AGE"; echo "$UNIT-0  1/1  Running  0  3d"
else cat "$EXPORTER_LOG"; echo "$PANIC"; fi
"""

# The exporter of this check, and no other that may run on the machine.
PIDOF = r"""
[ "$*" = "$UNIT" ] || refuse "$@"
echo "$EXPORTER_PID"
"""

# The real program. The exit codes 1 and, if it complains of nothing, 3 of `explain` are its answers, and no errors. Its
# configuration is the reader's own: here it only lifts the ceiling of requests, for which there is no reason over a simulation.
EXPORTER = r"""
[ "$1" = explain ] || exec "$EXPORTER_BINARY" "$@"
exec 3>&1
errors=$("$EXPORTER_BINARY" explain --config.file "$EXPLAIN_CONFIG" "${@:2}" 2>&1 >&3); code=$?
[ -z "$errors" ] || echo "$errors" >&2
[ $code = 1 ] || { [ $code = 3 ] && [ -z "$errors" ]; } && exit 0
exit $code
"""

PROGRAMS = {
    "systemctl": SYSTEMCTL,
    "journalctl": JOURNALCTL,
    "kubectl": KUBECTL,
    "pidof": PIDOF,
    "ssm-compliance-exporter": EXPORTER,
}


def install(directory):
    for name, body in PROGRAMS.items():
        program = pathlib.Path(directory, name)
        program.write_text(COMMON + body)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
