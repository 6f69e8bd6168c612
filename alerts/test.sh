#!/bin/sh
# Checks the rules, their tests and the example for Alertmanager. PROMTOOL and AMTOOL choose other builds of the tools,
# which is how the same tests run with a current promtool. Ends with one line, "N passed, N failed".
set -u
cd "$(dirname "$0")" || exit 1
: "${PROMTOOL:=promtool}" "${AMTOOL:=amtool}"
passed=0 failed=0

check() { # sentence, command...
    sentence=$1
    shift
    if output=$("$@" 2>&1); then
        passed=$((passed + 1))
        echo "ok: $sentence"
    else
        failed=$((failed + 1))
        printf 'FAILED: %s\n%s\n' "$sentence" "$output"
    fi
}

route() { # receiver, label=value...
    receiver=$1
    shift
    check "$* goes to $receiver" \
        "$AMTOOL" config routes test --config.file alertmanager.example.yml --verify.receivers "$receiver" "$@"
}

same() { # two files that hold one name per line
    comm -3 "$1" "$2" | grep . && return 1
    return 0
}

check "the rules are valid" "$PROMTOOL" check rules --lint=all --lint-fatal ssm-compliance.*.yaml
names=$(mktemp) others=$(mktemp) results=$(mktemp -d)
trap 'rm -rf "$names" "$others" "$results"' EXIT

# promtool uses one processor, and some of these files take it a quarter of a minute.
export PROMTOOL results
for tests in tests/*.yaml; do basename "$tests"; done |
    xargs -P 2 -I FILE sh -c '"$PROMTOOL" test rules "tests/FILE" >"$results/FILE" 2>&1 && echo passed >>"$results/FILE"'
for tests in tests/*.yaml; do
    result=$results/$(basename "$tests")
    check "the rules pass $tests" sh -c 'cat "$1" && [ "$(tail -n 1 "$1")" = passed ]' sh "$result"
done

sed -n 's/^ *- alert: //p' ssm-compliance.*.yaml | sort -u >"$names"
ls ../docs/runbooks | sed -n 's/^\(SsmCompliance.*\)\.md$/\1/p' | sort >"$others"
check "every alert has a runbook, and every runbook an alert" same "$names" "$others"
sed -n 's/^ *runbook_url: .*\/\(.*\)\.md$/\1/p' ssm-compliance.*.yaml | sort -u >"$others"
check "every runbook_url is the one of its alert" same "$names" "$others"
grep -o 'runbooks/SsmCompliance[A-Za-z]*' ../docs/alerts.md | sed 's/.*\///' | sort -u >"$others"
check "every alert is in docs/alerts.md, and nothing else is" same "$names" "$others"
awk '/exp_alerts:/ {print name} /alertname:/ {name = $NF}' tests/*.yaml | sort -u >"$others"
check "every alert fires in a test" same "$names" "$others"
awk '/alertname:/ {if (name) print name; name = $NF} /exp_alerts:/ {name = ""} END {if (name) print name}' tests/*.yaml |
    sort -u >"$others"
check "every alert is silent in a test" same "$names" "$others"

check "the alerts by team are valid" "$PROMTOOL" check rules --lint=all --lint-fatal teams/ssm-compliance.teams.yaml
check "the alerts by team pass their tests" "$PROMTOOL" test rules teams/test.yaml

thresholds() { # file; the record and the labels of each rule that is not made up for the demo
    sed -n 's/^ *\(# \)\{0,1\}- record: \(ssm_compliance\|instance\)/\2/p; s/^ *labels: {\(.*\)}$/\1/p' "$1" |
        grep -v made_up | sort
}
thresholds ssm-compliance.thresholds.yaml >"$names"
thresholds demo/ssm-compliance.thresholds.yaml >"$others"
check "the thresholds for trying are the shipped ones with other values" same "$names" "$others"
check "the thresholds for trying are valid" "$PROMTOOL" check rules demo/ssm-compliance.thresholds.yaml

check "the example for Alertmanager is valid" "$AMTOOL" check-config alertmanager.example.yml
route ssm-compliance-pager alertname=SsmComplianceTargetDown severity=critical account_id=111122223333 region=eu-west-1
route ssm-compliance-tickets alertname=SsmComplianceFleetSilent severity=warning account_id=111122223333 region=eu-west-1
route ssm-compliance-digest alertname=SsmCompliancePatchesFailed severity=warning instance_id=i-0123456789abcdef0
route ssm-compliance-digest alertname=SsmCompliancePatchOverdue severity=warning patch_id=KB5034441
route ssm-compliance-digest alertname=SsmComplianceUnexplained severity=info instance_id=i-0123456789abcdef0
check "nothing repeats later than Alertmanager remembers" awk '
    /^ *repeat_interval:/ {days = $NF; if (sub(/d$/, "", days) && days > 4) {print; failed = 1}}
    END {exit failed}' alertmanager.example.yml
route nobody alertname=NodeDown severity=critical

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
