{{- define "ssm-compliance-exporter.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Names of objects. 50 leave room for what some append, within the 63 of a DNS label. */}}
{{- define "ssm-compliance-exporter.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "ssm-compliance-exporter.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride }}
{{- end }}

{{- define "ssm-compliance-exporter.selectorLabels" -}}
app.kubernetes.io/name: {{ include "ssm-compliance-exporter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "ssm-compliance-exporter.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "ssm-compliance-exporter.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: ssm-compliance-exporter
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "ssm-compliance-exporter.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "ssm-compliance-exporter.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* The name of an image from {registry, repository, tag, digest}, and the tag that it has by default. */}}
{{- define "ssm-compliance-exporter.image" -}}
{{- $image := index . 0 }}
{{- with $image.registry }}{{ . }}/{{ end }}{{ $image.repository }}:{{ $image.tag | default (index . 1) }}
{{- with $image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* Whether there is a configuration file: a word, or nothing. */}}
{{- define "ssm-compliance-exporter.configured" -}}
{{- if and .Values.existingConfig.configMap .Values.existingConfig.secret }}
{{- fail "existingConfig: give configMap or secret, not both" }}
{{- end }}
{{- if or .Values.config .Values.existingConfig.configMap .Values.existingConfig.secret }}yes{{ end }}
{{- end }}

{{/* The path below which everything is served, without a slash at its end. */}}
{{- define "ssm-compliance-exporter.prefix" -}}
{{- $path := .Values.web.routePrefix }}
{{- if and (not $path) .Values.web.externalUrl }}
{{- $path = (urlParse .Values.web.externalUrl).path }}
{{- end }}
{{- with trimAll "/" $path }}/{{ . }}{{ end }}
{{- end }}

{{- define "ssm-compliance-exporter.scheme" -}}
{{- if and .Values.webConfig.existingSecret .Values.webConfig.tls }}https{{ else }}http{{ end }}
{{- end }}

{{/* Flags about how the exporter is served, which `healthcheck` takes as well. */}}
{{- define "ssm-compliance-exporter.webArgs" -}}
{{- with .Values.web.externalUrl }}
- {{ printf "--web.external-url=%s" . | quote }}
{{- end }}
{{- with .Values.web.routePrefix }}
- {{ printf "--web.route-prefix=%s" . | quote }}
{{- end }}
{{- if .Values.webConfig.existingSecret }}
- {{ printf "--web.config.file=/etc/ssm-compliance-exporter/web/%s" .Values.webConfig.key | quote }}
{{- end }}
{{- end }}

{{/* A probe: its path and its timing. */}}
{{- define "ssm-compliance-exporter.probe" -}}
{{- $top := index . 0 }}
{{- if $top.Values.webConfig.existingSecret }}
exec:
  command:
    - /usr/bin/ssm-compliance-exporter
    - healthcheck
    - --web.listen-address=:{{ $top.Values.web.port }}
    {{- include "ssm-compliance-exporter.webArgs" $top | nindent 4 }}
{{- else }}
httpGet:
  path: {{ include "ssm-compliance-exporter.prefix" $top }}{{ index . 1 }}
  port: http
{{- end }}
{{ toYaml (index . 2) }}
{{- end }}
