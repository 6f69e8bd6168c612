# pint (https://cloudflare.github.io/pint/) without a Prometheus server: `pint lint alerts/ssm-compliance.*.yaml`.
# An exclusion stands with its reason.

parser {
  include = ["alerts/ssm-compliance\\..+\\.yaml"]
}

checks {
  disabled = [
    # Ask a live Prometheus whether series exist, and for how long; there is none here. alerts/test.sh tests the rules
    # against series of its own instead.
    "promql/series",
    "promql/counter",
    "promql/rate",
    "promql/vector_matching",
    "promql/range_query",
    "alerts/absent",
    "alerts/count",
    "alerts/external_labels",
    "labels/conflict",
    "query/cost",
    "rule/duplicate",
  ]
}

rule {
  match { kind = "alerting" }

  annotation "summary" {
    severity = "bug"
    value    = "[A-Z][^{]+\\."
    required = true
  }
  annotation "description" {
    severity = "bug"
    required = true
  }
  annotation "runbook_url" {
    severity = "bug"
    value    = "https://.+/docs/runbooks/SsmCompliance[A-Za-z]+\\.md"
    required = true
  }
  annotation "dashboard_url" {
    severity = "bug"
    value    = "/d/ssm-compliance-.+"
    required = true
  }
  # Of alerts about one instance only.
  annotation "instance_url" {
    severity = "bug"
    value    = "/instances/.+"
  }
  label "severity" {
    severity = "bug"
    value    = "critical|warning|info"
    required = true
  }
  name "SsmCompliance[A-Z][A-Za-z]+" {
    severity = "bug"
  }
}

rule {
  # Every alert waits; short ones for a refresh, see docs/alerts.md.
  match { kind = "alerting" }
  for {
    severity = "bug"
    min      = "5m"
    max      = "7d"
  }
}

rule {
  # level:metric:operations. Thresholds have the program as their level: they belong to no account.
  match { kind = "recording" }
  name "(ssm_compliance|instance|account_region(_collector|_reason)?):[a-z][a-z0-9_]+:[a-z0-9_]+" {
    severity = "bug"
  }
}
