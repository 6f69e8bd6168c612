#!/usr/bin/env bash
# Builds a current promtool below a folder, unless it is there, and prints its path: current-promtool.sh FOLDER
set -euo pipefail
version=v0.314.0
mkdir -p "$1"
tool="$(realpath "$1")/promtool-$version"

if [ ! -x "$tool" ]; then
    command -v go >/dev/null || { echo "promtool is built with Go, which is not installed: https://go.dev/dl" >&2; exit 1; }
    module=$(mktemp -d)
    trap 'rm -rf "$module"' EXIT
    cd "$module"
    # As a dependency: its own module cannot be installed directly, because it replaces dependencies.
    go mod init promtool >&2
    go get "github.com/prometheus/prometheus/cmd/promtool@$version" >&2
    go build -o "$tool" github.com/prometheus/prometheus/cmd/promtool >&2
fi
echo "$tool"
