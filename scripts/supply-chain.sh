#!/usr/bin/env bash
# Checks what the program is made of: licences, bans and sources of dependencies (deny.toml), and that none goes unused.
# With arguments it runs cargo-deny with these instead. Builds cargo-deny and cargo-machete once, into .cache/cargo.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/.cache/cargo
wanted="cargo-deny@0.20.2 cargo-machete@0.9.2"

if [ "$(cat "$tools/installed" 2>/dev/null)" != "$wanted" ]; then
    echo "supply-chain: making .cache/cargo"
    # Unoptimised, they are built in a third of the time, and take two seconds.
    # shellcheck disable=SC2086
    CARGO_TARGET_DIR=$tools/build cargo install --quiet --locked --debug --root "$tools" --config profile.dev.debug=false $wanted
    rm -rf "$tools/build"
    echo "$wanted" >"$tools/installed"
fi

if [ $# != 0 ]; then
    exec "$tools/bin/cargo-deny" --locked check "$@"
fi
# Nothing is fetched that Cargo.lock does not name.
"$tools/bin/cargo-deny" --locked --log-level error check bans licenses sources
"$tools/bin/cargo-machete" --skip-target-dir
