#!/usr/bin/env bash
# Packs a program as Prometheus's own releases are, the same bytes each time: archive.sh VERSION SYSTEM PROGRAM FOLDER
# makes FOLDER/ssm-compliance-exporter-VERSION.SYSTEM.tar.gz.
set -euo pipefail
version=$1 system=$2 program=$3 folder=$4
cd "$(dirname "$0")/.."
name=ssm-compliance-exporter-$version.$system
staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT
mkdir -p "$folder" "$staging/$name"/{alerts,dashboards}
install -m 0755 "$program" "$staging/$name/ssm-compliance-exporter"
install -m 0644 LICENSE README.md CHANGELOG.md "$staging/$name"
install -m 0644 alerts/ssm-compliance.*.yaml alerts/alertmanager.example.yml "$staging/$name/alerts"
install -m 0644 dashboards/*.json "$staging/$name/dashboards"
tar --sort=name --mtime="@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}" --owner=0 --group=0 --numeric-owner \
    -C "$staging" -c "$name" | gzip -9 -n >"$folder/$name.tar.gz"
