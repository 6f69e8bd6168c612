//! Every kind of name, right and wrong.

/// One sentence for each kind of name, once with a name that exists and once with one that does not.
pub(super) const KINDS: [(&str, &str, &str); 23] = [
    (
        "`ssm-compliance-exporter NAME --help`",
        "explain",
        "explian",
    ),
    (
        "| command | does |\n|---|---|\n| `NAME` | much |\n",
        "plan",
        "plot",
    ),
    ("`once NAME`", "--config.file FILE", "--config.fil FILE"),
    ("`--web.NAME`", "listen-address", "listen-addresses"),
    (
        "```sh\nssm-compliance-exporter plan NAME\n```",
        "--log.level=debug",
        "--sim.drift=1",
    ),
    (
        "```console\n$ cargo run --release -- NAME\nout\n```",
        "demo --sim.drift 1",
        "demo --drift 1",
    ),
    ("Say --NAME.", "log.level", "logging"),
    ("`program NAME`", "word", "--flag"),
    ("`NAME: 5m`", "refresh.interval", "refresh.period"),
    (
        "| key | does |\n|---|---|\n| `NAME` | much |\n",
        "accounts[].regions",
        "account.regions",
    ),
    ("`NAME`", "aws_ssm_up", "aws_ssm_down"),
    (
        "```promql\naws_ssm_collector_success{NAME}\n```",
        "collector=~\"items|baselines\"",
        "kollector=\"x\"",
    ),
    (
        "```promql\naws_ssm_collector_success{collector=\"NAME\"}\n```",
        "items",
        "item",
    ),
    (
        "```promql\nsum by (account_id, NAME) (aws_ssm_up)\n```",
        "region",
        "regions",
    ),
    (
        "`NAME`",
        "ssm_compliance:threshold:seconds",
        "ssm_compliance:limit:seconds",
    ),
    (
        "See NAME.",
        "SsmComplianceTargetDown",
        "SsmComplianceTargetUp",
    ),
    ("`NAME?a=b`", "/instances", "/instance"),
    (
        "```sh\ncurl -s http://localhost:10068NAME\n```",
        "/-/ready",
        "/-/steady",
    ),
    ("`make NAME`", "check-generated", "check-all"),
    (
        "[here](NAME)",
        "docs/alerts.md#the-alerts",
        "docs/alerts.md#the-alarms",
    ),
    ("```sh\nsh NAME\n```", "alerts/test.sh", "alerts/tests.sh"),
    ("`NAME`", "src/*/mod.rs", "src/*/model.rs"),
    ("`NAME`", "stale_after", "stale_before"),
];
