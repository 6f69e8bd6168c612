{{/*
A file of alerts/, as YAML of {groups}, with what the values change. The files are read as text, so what they contain for
Prometheus between braces means nothing to Helm.
*/}}
{{- define "ssm-compliance-exporter.rules" -}}
{{- $top := index . 0 }}
{{- $values := $top.Values.prometheusRule }}
{{- $text := $top.Files.Get (index . 1) | replace `job="ssm-compliance"` (printf "job=%q" $top.Values.job) }}
{{- $groups := list }}
{{- range $group := (fromYaml $text).groups }}
{{- $rules := list }}
{{- range $rule := $group.rules }}
{{- if not $rule.alert }}
{{- $rules = append $rules $rule }}
{{- else if not (has $rule.alert $values.disabledAlerts) }}
{{- with $values.additionalRuleLabels }}
{{- $rule = set $rule "labels" (merge (dict) ($rule.labels | default dict) .) }}
{{- end }}
{{- with $values.grafanaUrl }}
{{- $url := printf "%s%s" (trimSuffix "/" .) $rule.annotations.dashboard_url }}
{{- $_ := set $rule.annotations "dashboard_url" $url }}
{{- end }}
{{- $rules = append $rules $rule }}
{{- end }}
{{- end }}
{{- if eq $group.name "ssm-compliance-thresholds" }}
{{- $rules = include "ssm-compliance-exporter.thresholds" (list $rules $values.thresholds) | fromYamlArray }}
{{- end }}
{{- if $rules }}
{{- $groups = append $groups (set $group "rules" $rules) }}
{{- end }}
{{- end }}
{{- if $groups }}{{ toYaml (dict "groups" $groups) }}{{ end }}
{{- end }}

{{/* The rules with thresholds, and those that replace them or are added. */}}
{{- define "ssm-compliance-exporter.thresholds" -}}
{{- $others := index . 1 }}
{{- $rules := list }}
{{- range $rule := index . 0 }}
{{- $kept := true }}
{{- range $other := $others }}
{{- if and (eq $other.record $rule.record) (eq (toJson ($other.labels | default dict)) (toJson ($rule.labels | default dict))) }}
{{- $kept = false }}
{{- end }}
{{- end }}
{{- if $kept }}
{{- $rules = append $rules $rule }}
{{- end }}
{{- end }}
{{- toYaml (concat $rules $others) }}
{{- end }}
