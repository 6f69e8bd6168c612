#!/usr/bin/env bash
# Runs a tool that crates.io has, and builds it first where that was not done yet: cargo-tool.sh NAME@VERSION ARGUMENT...
set -euo pipefail
cd "$(dirname "$0")/.."
tool=${1%@*} root=$PWD/.cache/cargo/$1
if [ ! -x "$root/bin/$tool" ]; then
    # Unoptimised it is built in a third of the time, and still takes only seconds.
    CARGO_TARGET_DIR=$root/target cargo install --quiet --locked --debug --root "$root" --config profile.dev.debug=false "$1"
    rm -rf "$root/target"
fi
shift
exec "$root/bin/$tool" "$@"
