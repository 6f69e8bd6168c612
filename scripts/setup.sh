#!/usr/bin/env bash
# Installs what the checks need beyond Rust: Debian packages where they are missing, pinned packages of Python into .venv
# and of Node beside the check that wants them.
# Asks nothing and changes nothing if all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

# program:package
wanted=(cc:gcc make:make git:git curl:curl prometheus:prometheus promtool:prometheus amtool:prometheus-alertmanager
    prometheus-node-exporter:prometheus-node-exporter chromium:chromium openssl:openssl perl:perl w3m:w3m
    python3:python3 node:nodejs npm:npm)

missing=()
for pair in "${wanted[@]}"; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
# Debian's Python comes without what makes virtual environments.
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)

install_packages() {
    if ! command -v apt-get >/dev/null; then
        echo "setup: this is no Debian; please install by hand: $*" >&2
        exit 1
    elif [ "$(id -u)" != 0 ]; then
        echo "setup: packages are missing and only root may install them: sudo apt-get install --no-install-recommends $*" >&2
        exit 1
    fi
    echo "setup: installing $*"
    # Some of these packages are services: they are wanted as programs, not running on their default ports.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
        chmod 755 /usr/sbin/policy-rc.d
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq -o DPkg::Lock::Timeout=300 update
    apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" >/dev/null
}

if [ "${#missing[@]}" != 0 ]; then
    mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
    install_packages "${missing[@]}"
fi

if ! cmp -s scripts/requirements.txt .venv/requirements.txt; then
    echo "setup: making .venv"
    python3 -m venv --clear .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r scripts/requirements.txt
    cp scripts/requirements.txt .venv/requirements.txt
fi

schemas=dashboards/schema-check
if ! cmp -s $schemas/package-lock.json $schemas/node_modules/installed.json; then
    echo "setup: making $schemas/node_modules"
    npm ci --prefix $schemas --silent --no-audit --no-fund --ignore-scripts
    cp $schemas/package-lock.json $schemas/node_modules/installed.json
fi
