#!/bin/sh
# Writes the rules, with seconds where they have hours and with thresholds for trying, and a configuration for Prometheus that
# scrapes the demo on this machine: rules.sh FOLDER [ADDRESS_OF_THE_EXPORTER]
set -eu
folder=${1:?rules.sh FOLDER [ADDRESS]} address=${2:-localhost:10068}
here=$(dirname "$0")
mkdir -p "$folder"
for name in records exporter fleet instances; do
    sed -E 's/^( *interval:) .*/\1 5s/; s/^( *(for|keep_firing_for):) .*/\1 10s/; s/\[15m\]/[10s]/' \
        "$here/../ssm-compliance.$name.yaml" >"$folder/ssm-compliance.$name.yaml"
done
cp "$here/ssm-compliance.thresholds.yaml" "$folder"
cat >"$folder/prometheus.yml" <<END
global: { scrape_interval: 2s }
rule_files: [ssm-compliance.*.yaml]
scrape_configs:
  - job_name: ssm-compliance
    honor_labels: true
    # Nobody answers at the second address, so one scrape of two fails.
    static_configs: [{ targets: ["$address", "localhost:1"] }]
END
echo "prometheus --config.file=$folder/prometheus.yml --storage.tsdb.path=$folder/data"
