#!/bin/sh
# Checks the rules, their tests and the example for Alertmanager. PROMTOOL and AMTOOL choose other builds of the tools,
# which is how the same tests run with a current promtool.
set -eu
cd "$(dirname "$0")"
: "${PROMTOOL:=promtool}" "${AMTOOL:=amtool}"

"$PROMTOOL" check rules --lint=all --lint-fatal ssm-compliance.*.yaml
"$PROMTOOL" test rules tests/*.yaml
