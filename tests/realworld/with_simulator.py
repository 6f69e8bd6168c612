#!/usr/bin/env python3
"""Runs a command against simulated AWS: with_simulator.py EXPORTER_BINARY COMMAND...

In the command, {} stands for the endpoint's URL. Ends as the command ends.
"""

import subprocess
import sys

from programs import started


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    flags = ["--sim.listen=127.0.0.1:0", "--sim.drift=0", "--sim.latency=0s"]
    with started(sys.argv[1], "simulate", r"on (http://\S+)", *flags) as endpoint:
        command = [word.replace("{}", endpoint) for word in sys.argv[2:]]
        sys.exit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main()
