"""What each value of the chart does: a value other than the default, what the rendering then says and did not say before, a
value that is refused, the values that this needs, and what the rendering no longer says.
"""

from typing import NamedTuple


class Case(NamedTuple):
    """One value."""

    value: object
    says: str
    wrong: object
    given: dict = {}
    gone: str = ""


MONITOR = {"serviceMonitor": {"enabled": True}}
RULE = {"prometheusRule": {"enabled": True}}
DASHBOARDS = {"dashboards": {"enabled": True}}
POLICY = {"networkPolicy": {"enabled": True}}
BUDGET = {"podDisruptionBudget": {"enabled": True}}
INGRESS = {"ingress": {"enabled": True}}
ROUTE = {"route": {"main": {"enabled": True}}}
SECRET = {"webConfig": {"existingSecret": "web"}}
SHARDS = {"sharding": {"enabled": True}}
CONFIG = {"config": {"refresh": {"interval": "7m"}}}
RELOADER = CONFIG | {"configReloader": {"enabled": True}}
MAP = {"example.org/x": "marked"}
MARK = "example.org/x: marked"
DIGEST = "sha256:" + "0" * 64
NAMED = [{"name": "marked"}]

CASES = {
    "nameOverride": Case("other", "app.kubernetes.io/name: other", 1),
    "fullnameOverride": Case("whole", "name: whole", 1),
    "namespaceOverride": Case("elsewhere", "namespace: elsewhere", 1),
    "commonLabels": Case(MAP, MARK, {"x": 1}),
    "image.registry": Case("registry.example", 'image: "registry.example/ssm-compliance-exporter/', 1),
    "image.repository": Case("mirror/it", "ghcr.io/mirror/it:", ""),
    "image.tag": Case("9.9.9", "/ssm-compliance-exporter:9.9.9", 9),
    "image.digest": Case(DIGEST, f"@{DIGEST}", "sha256:0"),
    "image.pullPolicy": Case("Always", "imagePullPolicy: Always", "Sometimes"),
    "imagePullSecrets": Case(NAMED, "imagePullSecrets:\n        - name: marked", ["marked"]),
    "demo": Case(True, "- demo\n", "yes"),
    "config": Case({"refresh": {"interval": "7m"}}, "interval: 7m", {"refreshes": {}}),
    "existingConfig.configMap": Case("mine", "configMap:\n            name: mine", 1),
    "existingConfig.secret": Case("mine", "secretName: mine", 1),
    "existingConfig.key": Case("k.yaml", "key: k.yaml", "", {"existingConfig": {"secret": "mine"}}),
    "aws.region": Case("eu-west-1", 'name: AWS_REGION\n              value: "eu-west-1"', "Frankfurt"),
    "serviceAccount.create": Case(False, "serviceAccountName: default", "no"),
    "serviceAccount.name": Case("who", "serviceAccountName: who", 1),
    "serviceAccount.annotations": Case(MAP, MARK, {"x": 1}),
    "serviceAccount.labels": Case(MAP, MARK, {"x": 1}),
    "serviceAccount.automountServiceAccountToken": Case(True, "automountServiceAccountToken: true", "yes"),
    "log.level": Case("debug", "--log.level=debug", "loud"),
    "log.format": Case("json", "--log.format=json", "xml"),
    "web.port": Case(10069, "--web.listen-address=:10069", 80),
    "web.telemetryPath": Case("/other", "--web.telemetry-path=/other", "m"),
    "web.externalUrl": Case("https://e.example/ssm", "path: /ssm/-/healthy", "e.example"),
    "web.routePrefix": Case("/p/", "path: /p/-/ready", "p"),
    "web.maxRequests": Case(5, "--web.max-requests=5", -1),
    "web.disablePages": Case(True, "--web.disable-pages", "yes"),
    "webConfig.existingSecret": Case("web", "--web.config.file=/etc/ssm-compliance-exporter/web/web-config.yml", 1),
    "webConfig.key": Case("w.yml", "--web.config.file=/etc/ssm-compliance-exporter/web/w.yml", "", SECRET),
    "webConfig.tls": Case(False, "scheme: http\n", "no", SECRET | MONITOR),
    "configReloader.enabled": Case(True, "--web.enable-lifecycle", "yes", CONFIG),
    "configReloader.image.registry": Case("registry.example", "registry.example/prometheus-operator/", 1, RELOADER),
    "configReloader.image.repository": Case("mirror/it", "quay.io/mirror/it:", "", RELOADER),
    "configReloader.image.tag": Case("v9", "config-reloader:v9", 9, RELOADER),
    "configReloader.image.digest": Case(DIGEST, f"@{DIGEST}", "x", RELOADER),
    "configReloader.port": Case(8081, "--listen-address=:8081", 1, RELOADER),
    "configReloader.resources": Case({"limits": {"memory": "77Mi"}}, "memory: 77Mi", {"limit": {}}, RELOADER),
    "sharding.enabled": Case(True, "kind: StatefulSet", "yes"),
    "sharding.shards": Case(7, "--shard.total=7", 0, SHARDS),
    "strategy": Case({"type": "RollingUpdate"}, "type: RollingUpdate", {"type": "Replace"}),
    "revisionHistoryLimit": Case(9, "revisionHistoryLimit: 9", -1),
    "terminationGracePeriodSeconds": Case(77, "terminationGracePeriodSeconds: 77", -1),
    "podAnnotations": Case(MAP, MARK, {"x": 1}),
    "podLabels": Case(MAP, MARK, {"x": 1}),
    "priorityClassName": Case("high", "priorityClassName: high", 1),
    "runtimeClassName": Case("gvisor", "runtimeClassName: gvisor", 1),
    "dnsPolicy": Case("Default", "dnsPolicy: Default", "Any"),
    "dnsConfig": Case({"nameservers": ["192.0.2.1"]}, "- 192.0.2.1", []),
    "resources": Case({"requests": {"memory": "77Mi"}}, "memory: 77Mi", {"memory": "77Mi"}),
    "nodeSelector": Case(MAP, MARK, {"x": 1}),
    "tolerations": Case([{"key": "marked", "operator": "Exists"}], "key: marked", {"key": "marked"}),
    "affinity": Case(
        {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "marked"}]}},
        "topologyKey: marked",
        [],
    ),
    "topologySpreadConstraints": Case(
        [{"maxSkew": 1, "topologyKey": "marked", "whenUnsatisfiable": "DoNotSchedule"}], "topologyKey: marked", {}
    ),
    "podSecurityContext": Case({"runAsUser": 4711}, "runAsUser: 4711", []),
    "securityContext": Case({"runAsGroup": 4711}, "runAsGroup: 4711", []),
    "livenessProbe": Case({"periodSeconds": 77}, "periodSeconds: 77", {"periodSeconds": 0}),
    "readinessProbe": Case({"periodSeconds": 77}, "periodSeconds: 77", {"path": "/"}),
    "extraArgs": Case(["--log.level=warn"], "- --log.level=warn", [1]),
    "extraEnv": Case([{"name": "MARKED", "value": "x"}], "name: MARKED", [{"value": "x"}]),
    "extraEnvFrom": Case([{"secretRef": {"name": "marked"}}], "secretRef:\n                name: marked", ["marked"]),
    "extraVolumes": Case([{"name": "marked", "emptyDir": {}}], "name: marked", [{}]),
    "extraVolumeMounts": Case([{"name": "marked", "mountPath": "/m"}], "mountPath: /m", NAMED),
    "initContainers": Case([{"name": "marked", "image": "i"}], "initContainers:", [{}]),
    "extraContainers": Case([{"name": "marked", "image": "i"}], "name: marked", [{}]),
    "extraObjects": Case(
        [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-marked"}}],
        "name: 'x-marked'",
        [{"kind": "ConfigMap"}],
    ),
    "service.type": Case("LoadBalancer", "type: LoadBalancer", "ExternalName"),
    "service.port": Case(80, "port: 80\n", 0),
    "service.nodePort": Case(30068, "nodePort: 30068", "x", {"service": {"type": "NodePort"}}),
    "service.annotations": Case(MAP, MARK, {"x": 1}),
    "service.labels": Case(MAP, MARK, {"x": 1}),
    "job": Case("another", 'absent(up{job="another"})', "a job", RULE | MONITOR),
    "serviceMonitor.enabled": Case(True, "kind: ServiceMonitor", "yes"),
    "serviceMonitor.namespace": Case("monitoring", "namespace: monitoring", 1, MONITOR),
    "serviceMonitor.labels": Case(MAP, MARK, {"x": 1}, MONITOR),
    "serviceMonitor.annotations": Case(MAP, MARK, {"x": 1}, MONITOR),
    "serviceMonitor.interval": Case("77s", "interval: 77s", "often", MONITOR),
    "serviceMonitor.scrapeTimeout": Case("7s", "scrapeTimeout: 7s", 7, MONITOR),
    "serviceMonitor.honorLabels": Case(False, "honorLabels: false", "no", MONITOR),
    "serviceMonitor.tlsConfig": Case({"insecureSkipVerify": True}, "insecureSkipVerify: true", [], MONITOR),
    "serviceMonitor.basicAuth": Case({"username": {"name": "marked", "key": "u"}}, "name: marked", [], MONITOR),
    "serviceMonitor.relabelings": Case([{"targetLabel": "marked", "replacement": "x"}], "targetLabel: marked", {}, MONITOR),
    "serviceMonitor.metricRelabelings": Case([{"action": "labeldrop", "regex": "marked"}], "metricRelabelings:", {}, MONITOR),
    "prometheusRule.enabled": Case(True, "kind: PrometheusRule", "yes"),
    "prometheusRule.namespace": Case("monitoring", "namespace: monitoring", 1, RULE),
    "prometheusRule.labels": Case(MAP, MARK, {"x": 1}, RULE),
    "prometheusRule.annotations": Case(MAP, MARK, {"x": 1}, RULE),
    "prometheusRule.additionalRuleLabels": Case({"team": "marked"}, "team: marked", {"team": 1}, RULE),
    "prometheusRule.disabledAlerts": Case(["SsmComplianceTargetDown"], "", ["TargetDown"], RULE, "alert: SsmComplianceTargetDown"),
    "prometheusRule.thresholds": Case(
        [{"record": "ssm_compliance:threshold:bytes", "expr": "77"}], 'expr: "77"', [{"record": "x", "expr": "1"}], RULE
    ),
    "prometheusRule.grafanaUrl": Case("https://g.example/", "dashboard_url: https://g.example/d/", "g.example", RULE),
    "dashboards.enabled": Case(True, 'grafana_dashboard: "1"', "yes"),
    "dashboards.namespace": Case("monitoring", "namespace: monitoring", 1, DASHBOARDS),
    "dashboards.labels": Case(MAP, MARK, {"x": 1}, DASHBOARDS),
    "dashboards.annotations": Case(MAP, MARK, {"x": 1}, DASHBOARDS),
    "networkPolicy.enabled": Case(True, "kind: NetworkPolicy", "yes"),
    "networkPolicy.from": Case([{"podSelector": {"matchLabels": MAP}}], MARK, ["all"], POLICY),
    "networkPolicy.egress.enabled": Case(False, "policyTypes:\n    - Ingress\n  ingress:", "no", POLICY),
    "networkPolicy.egress.httpsTo": Case([{"ipBlock": {"cidr": "192.0.2.0/24"}}], "cidr: 192.0.2.0/24", ["192.0.2.0/24"], POLICY),
    "networkPolicy.egress.extra": Case([{"ports": [{"port": 3128}]}], "port: 3128", [3128], POLICY),
    "podDisruptionBudget.enabled": Case(True, "kind: PodDisruptionBudget", "yes"),
    "podDisruptionBudget.minAvailable": Case(0, "minAvailable: 0", -1, BUDGET),
    "podDisruptionBudget.maxUnavailable": Case("50%", "maxUnavailable: 50%", "half", BUDGET),
    "ingress.enabled": Case(True, "kind: Ingress", "yes"),
    "ingress.className": Case("nginx", "ingressClassName: nginx", 1, INGRESS),
    "ingress.annotations": Case(MAP, MARK, {"x": 1}, INGRESS),
    "ingress.labels": Case(MAP, MARK, {"x": 1}, INGRESS),
    "ingress.hosts": Case(
        [{"host": "h.example", "paths": [{"path": "/s", "pathType": "Exact"}]}], "host: \"h.example\"", [{"host": "h"}], INGRESS
    ),
    "ingress.tls": Case([{"secretName": "marked", "hosts": ["h"]}], "secretName: marked", [{"secret": "x"}], INGRESS),
    "route": Case({"second": {"enabled": True}}, "name: x-ssm-compliance-exporter-second", {"second": {"enable": True}}),
    "route.main.enabled": Case(True, "kind: HTTPRoute", "yes"),
    "route.main.apiVersion": Case("gateway.networking.k8s.io/v1beta1", "gateway.networking.k8s.io/v1beta1", "", ROUTE),
    "route.main.kind": Case("GRPCRoute", "kind: GRPCRoute", "", ROUTE),
    "route.main.annotations": Case(MAP, MARK, {"x": 1}, ROUTE),
    "route.main.labels": Case(MAP, MARK, {"x": 1}, ROUTE),
    "route.main.parentRefs": Case(NAMED, "parentRefs:\n    - name: marked", ["marked"], ROUTE),
    "route.main.hostnames": Case(["h.example"], "hostnames:\n    - h.example", [1], ROUTE),
    "route.main.matches": Case([{"path": {"type": "PathPrefix", "value": "/m"}}], "value: /m", ["/m"], ROUTE),
    "route.main.filters": Case([{"type": "URLRewrite", "urlRewrite": {"hostname": "m"}}], "type: URLRewrite", {}, ROUTE),
    "route.main.httpsRedirect": Case(True, "statusCode: 301", "yes", ROUTE),
    "route.main.additionalRules": Case(
        [{"matches": [{"path": {"type": "Exact", "value": "/more"}}]}], "value: /more", {}, ROUTE
    ),
    "tests.enabled": Case(False, "", "no", {}, "helm.sh/hook: test"),
}
