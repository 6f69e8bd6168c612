{{/* The exporter's arguments. */}}
{{- define "ssm-compliance-exporter.args" -}}
- {{ if .Values.demo }}demo{{ else }}serve{{ end }}
{{- if include "ssm-compliance-exporter.configured" . }}
- --config.file=/etc/ssm-compliance-exporter/config/config.yaml
{{- end }}
- --log.level={{ .Values.log.level }}
- --log.format={{ .Values.log.format }}
- --web.listen-address=:{{ .Values.web.port }}
- --web.telemetry-path={{ .Values.web.telemetryPath }}
{{- include "ssm-compliance-exporter.webArgs" . }}
{{- with .Values.web.maxRequests }}
- --web.max-requests={{ . }}
{{- end }}
{{- if .Values.web.disablePages }}
- --web.disable-pages
{{- end }}
{{- if .Values.configReloader.enabled }}
- --web.enable-lifecycle
{{- end }}
{{- if .Values.sharding.enabled }}
- --shard.total={{ .Values.sharding.shards }}
{{- end }}
{{- with .Values.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "ssm-compliance-exporter.env" -}}
{{- if .Values.sharding.enabled }}
# The number at the end of the name says which shard this is.
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
{{- end }}
{{- with .Values.aws.region }}
- name: AWS_REGION
  value: {{ . | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Mounted as folders, because files that are mounted by themselves never change. */}}
{{- define "ssm-compliance-exporter.volumeMounts" -}}
{{- if include "ssm-compliance-exporter.configured" . }}
- name: config
  mountPath: /etc/ssm-compliance-exporter/config
  readOnly: true
{{- end }}
{{- if .Values.webConfig.existingSecret }}
- name: web
  mountPath: /etc/ssm-compliance-exporter/web
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "ssm-compliance-exporter.webVolume" -}}
{{- with .Values.webConfig.existingSecret }}
- name: web
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end }}

{{- define "ssm-compliance-exporter.volumes" -}}
{{- if include "ssm-compliance-exporter.configured" . }}
- name: config
  {{- if .Values.existingConfig.secret }}
  secret:
    secretName: {{ .Values.existingConfig.secret }}
    defaultMode: 0440
    items:
      - key: {{ .Values.existingConfig.key }}
        path: config.yaml
  {{- else if .Values.existingConfig.configMap }}
  configMap:
    name: {{ .Values.existingConfig.configMap }}
    items:
      - key: {{ .Values.existingConfig.key }}
        path: config.yaml
  {{- else }}
  configMap:
    name: {{ include "ssm-compliance-exporter.fullname" . }}
  {{- end }}
{{- end }}
{{- include "ssm-compliance-exporter.webVolume" . }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "ssm-compliance-exporter.exporter" -}}
name: exporter
image: {{ include "ssm-compliance-exporter.image" (list .Values.image .Chart.AppVersion) | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args:
  {{- include "ssm-compliance-exporter.args" . | trim | nindent 2 }}
{{- with include "ssm-compliance-exporter.env" . }}
env:
  {{- . | trim | nindent 2 }}
{{- end }}
{{- with .Values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - name: http
    containerPort: {{ .Values.web.port }}
    protocol: TCP
livenessProbe:
  {{- include "ssm-compliance-exporter.probe" (list . "/-/healthy" .Values.livenessProbe) | trim | nindent 2 }}
readinessProbe:
  {{- include "ssm-compliance-exporter.probe" (list . "/-/ready" .Values.readinessProbe) | trim | nindent 2 }}
{{- with .Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
{{- with include "ssm-compliance-exporter.volumeMounts" . }}
volumeMounts:
  {{- . | trim | nindent 2 }}
{{- end }}
{{- end }}

{{/* The sidecar that asks for a reload when the kubelet has renewed the mounted configuration. */}}
{{- define "ssm-compliance-exporter.configReloader" -}}
{{- if not (include "ssm-compliance-exporter.configured" .) }}
{{- fail "configReloader: there is no configuration to reload; give config or existingConfig" }}
{{- end }}
{{- if .Values.webConfig.existingSecret }}
{{- fail "configReloader: it cannot log in, so it does not go together with webConfig" }}
{{- end }}
name: config-reloader
image: {{ include "ssm-compliance-exporter.image" (list .Values.configReloader.image "") | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args:
  - --watched-dir=/etc/ssm-compliance-exporter/config
  - --reload-url=http://127.0.0.1:{{ .Values.web.port }}{{ include "ssm-compliance-exporter.prefix" . }}/-/reload
  - --listen-address=:{{ .Values.configReloader.port }}
ports:
  - name: reloader-web
    containerPort: {{ .Values.configReloader.port }}
    protocol: TCP
{{- with .Values.configReloader.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
volumeMounts:
  - name: config
    mountPath: /etc/ssm-compliance-exporter/config
    readOnly: true
{{- end }}

{{/* The template of pods, in a Deployment and in a StatefulSet. */}}
{{- define "ssm-compliance-exporter.pod" -}}
metadata:
  labels:
    {{- include "ssm-compliance-exporter.labels" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    kubectl.kubernetes.io/default-container: exporter
    {{- if and .Values.config (not .Values.configReloader.enabled) }}
    # Another configuration replaces the pod.
    checksum/config: {{ toYaml .Values.config | sha256sum }}
    {{- end }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "ssm-compliance-exporter.serviceAccountName" . }}
  automountServiceAccountToken: {{ .Values.serviceAccount.automountServiceAccountToken }}
  # Of no use to the exporter, and thousands of variables in a large namespace.
  enableServiceLinks: false
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- toYaml .Values.podSecurityContext | nindent 4 }}
  {{- with .Values.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - {{ include "ssm-compliance-exporter.exporter" . | indent 6 | trim }}
    {{- if .Values.configReloader.enabled }}
    - {{ include "ssm-compliance-exporter.configReloader" . | indent 6 | trim }}
    {{- end }}
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  {{- with .Values.dnsPolicy }}
  dnsPolicy: {{ . }}
  {{- end }}
  {{- with .Values.dnsConfig }}
  dnsConfig:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "ssm-compliance-exporter.volumes" . }}
  volumes:
    {{- . | trim | nindent 4 }}
  {{- end }}
{{- end }}
