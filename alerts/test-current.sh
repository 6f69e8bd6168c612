#!/bin/sh
# Runs test.sh with the promtool of a current Prometheus, which it builds once (five minutes on two cores; needs Go).
# `go install` refuses it because of the `replace` lines of its module, so it is a dependency of a module of our own.
set -eu
version=v0.314.0 # Prometheus 3.14
alerts=$(cd "$(dirname "$0")" && pwd)
build=${CARGO_TARGET_DIR:-$alerts/../target}/promtool-$version
mkdir -p "$build"
build=$(cd "$build" && pwd)
if [ ! -x "$build/promtool" ]; then
    cd "$build"
    [ -e go.mod ] || go mod init promtool-current
    go get "github.com/prometheus/prometheus/cmd/promtool@$version"
    go build -o promtool github.com/prometheus/prometheus/cmd/promtool
fi
PROMTOOL=$build/promtool exec "$alerts/test.sh"
