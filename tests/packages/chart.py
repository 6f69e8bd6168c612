#!/usr/bin/env python3
"""Holds the Helm chart against Helm, the schemas of Kubernetes, promtool and the exporter: chart.py EXPORTER"""

import concurrent.futures
import json
import pathlib
import re
import tempfile

import jsonschema
import yaml

import schemas
from chart_values import CASES
from tools import CHART, KUBERNETES, ROOT, TOOLS, Refused, exporter_of, merged, nested, objects, rendered, run

# From folders that `tools` names.
import chart_readme
from checks import Checks, binary
from programs import fetch, free_port, running, wait_for

checks = Checks()
EVERYTHING = {
    name: {"enabled": True}
    for name in ["serviceMonitor", "prometheusRule", "dashboards", "networkPolicy", "podDisruptionBudget", "ingress"]
} | {"route": {"main": {"enabled": True, "parentRefs": [{"name": "gateway"}]}}}
CONFIGURED = {
    "config": {
        "refresh": {"interval": "5m"},
        "accounts": [{"account_name": "production", "regions": ["eu-west-1"], "external_id": "${EXTERNAL_ID}"}],
    }
}
CONFIGURED["config"]["accounts"][0]["role_arn"] = "arn:aws:iam::111122223333:role/ssm-compliance-exporter"
# Sets of values that differ in which objects there are.
INSTALLATIONS = {
    "nothing": {},
    "everything": EVERYTHING | CONFIGURED,
    "shards": EVERYTHING | CONFIGURED | {"sharding": {"enabled": True, "shards": 3}},
    "tls": EVERYTHING | {"demo": True, "webConfig": {"existingSecret": "web"}},
    "reloader": CONFIGURED | {"configReloader": {"enabled": True}},
    "secret": {"existingConfig": {"secret": "mine"}},
}


class Subject:
    """What the checks are about: the exporter's program, and the renderings of all installations and of all values."""

    def __init__(self, exporter):
        self.exporter = exporter
        self.defaults = chart_readme.values()
        self.schema = json.loads((CHART / "values.schema.json").read_text())
        wanted = INSTALLATIONS | {path: merged(case.given, nested(path, case.value)) for path, case in CASES.items()}
        before = {json.dumps(case.given): case.given for case in CASES.values()}
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            self.renderings = dict(zip(wanted, pool.map(rendered, wanted.values())))
            self.before = dict(zip(before, pool.map(rendered, before.values())))

        self.read = {name: objects(self.renderings[name]) for name in INSTALLATIONS}

    def objects(self, installation):
        """The objects of an installation, by kind."""
        return self.read[installation]


@checks.check
def every_value(subject):
    """Every value of the chart has a test, and changes what is rendered as that test says."""
    assert list(CASES) == list(chart_readme.described()), set(CASES) ^ set(chart_readme.described())
    wrong = []
    for path, case in CASES.items():
        before, after = subject.before[json.dumps(case.given)], subject.renderings[path]
        says = case.says in after and (case.says == "" or case.says not in before)
        drops = case.gone in before and (case.gone == "" or case.gone not in after)
        if before == after or not says or not drops:
            wrong.append(path)
    assert not wrong, wrong


@checks.check
def every_wrong_value(subject):
    """The schema refuses a wrong value of every kind, and a value that does not exist, but not the defaults."""
    validator = jsonschema.Draft7Validator(subject.schema)
    assert not list(validator.iter_errors(subject.defaults))
    wrong = [path for path, case in CASES.items() if refusal(validator, subject, path, case.wrong) is None]
    for path in [key.rsplit(".", 1)[0] for key in CASES if "." in key]:
        if refusal(validator, subject, f"{path}.nothing", 1) is None:
            wrong.append(f"{path}.nothing")
    assert not wrong, wrong


def refusal(validator, subject, path, value):
    """What the schema says against a value, if it is about that value."""
    errors = validator.iter_errors(merged(subject.defaults, nested(path, value)))
    places = [".".join(str(key) for key in error.absolute_path) for error in errors]
    return next((place for place in places if f"{path}.".startswith(f"{place}.") or place.startswith(f"{path}.")), None)


@checks.check
def helm_refuses(_subject):
    """Helm itself refuses wrong values, and values that contradict each other."""
    contradictions = [
        {"web": {"port": "x"}},
        {"nothing": 1},
        {"existingConfig": {"secret": "a", "configMap": "b"}},
        {"configReloader": {"enabled": True}},
        CONFIGURED | {"configReloader": {"enabled": True}, "webConfig": {"existingSecret": "web"}},
    ]
    for values in contradictions:
        try:
            rendered(values)
        except Refused:
            continue
        raise AssertionError(f"accepted: {values}")


@checks.check
def lint(_subject):
    """`helm lint` finds nothing, and a package of the chart has the shipped rules and dashboards."""
    run(TOOLS / "helm", "lint", "--strict", CHART)
    with tempfile.TemporaryDirectory() as folder:
        run(TOOLS / "helm", "package", CHART, "--destination", folder)
        (package,) = pathlib.Path(folder).glob("*.tgz")
        run("tar", "-xzf", package, "-C", folder)
        packed = {file.name: file.read_bytes() for file in pathlib.Path(folder).glob("*/files/*/*")}
    shipped = [*(ROOT / "alerts").glob("ssm-compliance.*.yaml"), *(ROOT / "dashboards").glob("*.json")]
    assert packed == {file.name: file.read_bytes() for file in shipped}, sorted(packed)


@checks.check
def links(_subject):
    """The repository has the rules and dashboards once: the chart's are links to them."""
    for file in (CHART / "files").glob("*/*"):
        assert file.is_symlink() and file.resolve().is_relative_to(ROOT), file


@checks.check
def kubernetes(subject):
    """Every object of every rendering is what Kubernetes, the operator and the Gateway API know, and nothing is unknown."""
    with tempfile.TemporaryDirectory() as folder:
        places = schemas.write(pathlib.Path(folder))
        files = pathlib.Path(folder) / "renderings"
        files.mkdir()
        for name, text in subject.renderings.items():
            # A kind that only shows that it can be chosen.
            if name != "route.main.kind":
                (files / f"{name}.yaml").write_text(smaller(text))
        command = [TOOLS / "kubeconform", "-strict", "-n", "2", "-output", "json", "-summary", "-schema-location", places]
        try:
            summary = json.loads(run(*command, "-kubernetes-version", KUBERNETES, files))["summary"]
        except Refused as refused:
            raise AssertionError(str(refused)[:1500]) from refused
    assert summary["valid"] > 500 and summary["skipped"] == 0, summary


def smaller(text):
    """A rendering without the contents of dashboards, of which Kubernetes knows nothing."""
    return re.sub(r"(?m)^(  ssm-compliance-\w+\.json: )\|\n(    .*\n|\n)+", r"\1marked\n", text)


@checks.check
def schemas_are_strict(_subject):
    """The schemas refuse a field that does not exist, in each kind of object."""
    with tempfile.TemporaryDirectory() as folder:
        places = schemas.write(pathlib.Path(folder))
        broken = []
        for found in objects(rendered(INSTALLATIONS["everything"])).values():
            for part in {"spec", "metadata"} & set(found[0]):
                broken.append(merged(found[0], {part: {"nothing": 1}}))
        command = [TOOLS / "kubeconform", "-strict", "-schema-location", places, "-kubernetes-version", KUBERNETES]
        try:
            run(*command, "-output", "json", "-", text=yaml.safe_dump_all(broken))
            said = ""
        except Refused as refused:
            said = refused.all
        assert said.count(": additional properties 'nothing' not allowed") == len(broken) > 15, said[:1500]


@checks.check
def hardened(subject):
    """Every pod runs without rights: not as root, with a root that it cannot write, and with no capability."""
    for name in INSTALLATIONS:
        found = subject.objects(name)
        workloads = found.get("Deployment", []) + found.get("StatefulSet", [])
        for pod in [workload["spec"]["template"]["spec"] for workload in workloads] + [found["Pod"][0]["spec"]]:
            security = pod["securityContext"]
            assert security["runAsNonRoot"] and security["runAsUser"] == 65532, security
            assert security["seccompProfile"] == {"type": "RuntimeDefault"}, security
            assert pod["automountServiceAccountToken"] is False
            for container in pod["containers"]:
                security = container["securityContext"]
                assert security["readOnlyRootFilesystem"] and not security["allowPrivilegeEscalation"], security
                assert security["capabilities"] == {"drop": ["ALL"]}, security


@checks.check
def one_pod(subject):
    """There is never a second pod that reads the same targets."""
    spec = subject.objects("everything")["Deployment"][0]["spec"]
    assert spec["replicas"] == 1 and spec["strategy"] == {"type": "Recreate"}, spec
    shards = subject.objects("shards")["StatefulSet"][0]["spec"]
    assert "--shard.total=3" in exporter_of(subject.objects("shards"))["args"] and shards["replicas"] == 3
    (variable,) = exporter_of(subject.objects("shards"))["env"]
    assert variable == {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}, variable


@checks.check
def rules(subject):
    """The rules of the PrometheusRules are those of alerts/, and promtool accepts them as they are and with what is changed."""
    changed = {"job": "another", "prometheusRule": {"enabled": True, "grafanaUrl": "https://grafana.example"}}
    changed["prometheusRule"]["disabledAlerts"] = ["SsmComplianceTargetDown"]
    changed["prometheusRule"]["additionalRuleLabels"] = {"team": "x", "severity": "marked"}
    changed["prometheusRule"]["thresholds"] = [
        {"record": "ssm_compliance:threshold:seconds", "labels": {"reason": "patches_missing"}, "expr": "77"}
    ]
    ours, others = groups(subject.objects("everything")), groups(objects(rendered(changed)))
    shipped = {}
    for file in (ROOT / "alerts").glob("ssm-compliance.*.yaml"):
        shipped |= {group["name"]: group for group in yaml.safe_load(file.read_text())["groups"]}
    assert ours == shipped, [name for name in shipped if ours.get(name) != shipped[name]]
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        for found in [ours, others]:
            file.seek(0)
            file.truncate()
            yaml.safe_dump({"groups": list(found.values())}, file)
            file.flush()
            run("promtool", "check", "rules", "--lint=all", "--lint-fatal", file.name)
    thresholds = [rule for rule in others["ssm-compliance-thresholds"]["rules"] if rule.get("labels") == {"reason": "patches_missing"}]
    assert [rule["expr"] for rule in thresholds] == ["77"], thresholds
    alerts = [rule for group in others.values() for rule in group["rules"] if "alert" in rule]
    assert "SsmComplianceTargetDown" not in [rule["alert"] for rule in alerts]
    # A label of the rule's own is worth more.
    assert all(rule["labels"]["team"] == "x" and rule["labels"]["severity"] != "marked" for rule in alerts)
    assert all(rule["annotations"]["dashboard_url"].startswith("https://grafana.example/d/") for rule in alerts)
    assert 'job="ssm-compliance"' not in json.dumps(others).replace('\\"', '"')


def groups(found):
    """The groups of all PrometheusRules, by name."""
    return {group["name"]: group for rule in found["PrometheusRule"] for group in rule["spec"]["groups"]}


@checks.check
def dashboards(subject):
    """The dashboards are those of dashboards/, each small enough for a ConfigMap."""
    texts = {}
    for item in subject.objects("everything")["ConfigMap"]:
        texts |= item["data"]
        assert len(json.dumps(item)) < 1024 * 1024, item["metadata"]["name"]
    for file in (ROOT / "dashboards").glob("ssm-compliance-*.json"):
        assert json.loads(texts.pop(file.name)) == json.loads(file.read_text()), file.name
    assert list(texts) == ["config.yaml"], list(texts)


@checks.check
def configuration(subject):
    """The exporter accepts the rendered configuration, which is the one of the values."""
    found = subject.objects("everything")
    (text,) = (item["data"]["config.yaml"] for item in found["ConfigMap"] if "config.yaml" in item["data"])
    assert yaml.safe_load(text) == CONFIGURED["config"], text
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        run(subject.exporter, "check-config", file.name, EXTERNAL_ID="an-id", AWS_REGION="eu-west-1")
    (volume,) = found["Deployment"][0]["spec"]["template"]["spec"]["volumes"]
    assert volume["configMap"]["name"] == "x-ssm-compliance-exporter", volume


@checks.check
def another_configuration(subject):
    """Another configuration replaces the pod; with the reloader it does not."""
    def template(values):
        return objects(rendered(values))["Deployment"][0]["spec"]["template"]

    other = {"config": {"refresh": {"interval": "6m"}}}
    assert template(CONFIGURED) != template(other)
    reloader = {"configReloader": {"enabled": True}}
    assert template(CONFIGURED | reloader) == template(other | reloader)


@checks.check
def flags(subject):
    """The exporter has every flag that the chart may give it, and its health check has those of the probes."""
    serve, health = run(subject.exporter, "serve", "--help"), run(subject.exporter, "--help")
    for name, text in subject.renderings.items():
        for word in re.findall(r"(?m)^ +- \"?(--(?:web|shard|log|config)\.[^\"\n]*)", text):
            assert re.search(rf"{word.split('=')[0]}\b", serve), f"{name}: no flag {word}"
    assert "healthcheck" in health
    probe = exporter_of(subject.objects("tls"))["livenessProbe"]["exec"]["command"]
    image = (ROOT / "Dockerfile").read_text()
    assert probe[:2] == ["/usr/bin/ssm-compliance-exporter", "healthcheck"] and f'ENTRYPOINT ["{probe[0]}"]' in image, probe


@checks.check
def alive(subject):
    """Started with the rendered arguments, the exporter answers where the probes and the ServiceMonitor ask."""
    port = free_port()
    web = {"port": port, "externalUrl": "https://example.org/ssm", "telemetryPath": "/m"}
    found = objects(rendered(MINIMAL | {"demo": True, "web": web, "serviceMonitor": {"enabled": True}}))
    container = exporter_of(found)
    (endpoint,) = found["ServiceMonitor"][0]["spec"]["endpoints"]
    paths = [container[probe]["httpGet"]["path"] for probe in ["livenessProbe", "readinessProbe"]] + [endpoint["path"]]
    assert paths == ["/ssm/-/healthy", "/ssm/-/ready", "/ssm/m"], paths
    assert endpoint["relabelings"] == [{"targetLabel": "job", "replacement": "ssm-compliance"}], endpoint
    assert endpoint["honorLabels"] is True
    with running(subject.exporter, *container["args"]):
        for path in paths:
            wait_for(f"an answer at {path}", lambda path=path: fetch(f"http://127.0.0.1:{port}{path}"))
        arguments = found["Pod"][0]["spec"]["containers"][0]["args"]
        assert arguments[1] == "--web.listen-address=x-ssm-compliance-exporter:10068", arguments
        run(subject.exporter, arguments[0], f"--web.listen-address=127.0.0.1:{port}", *arguments[2:])


MINIMAL = {"service": {"port": 10068}}


@checks.check
def connections(subject):
    """Services, the ServiceMonitor, the budget and the NetworkPolicy mean the exporter's pods, and the policy its port."""
    for name in ["everything", "shards"]:
        found = subject.objects(name)
        (workload,) = found.get("Deployment", []) + found.get("StatefulSet", [])
        labels = workload["spec"]["template"]["metadata"]["labels"]
        selectors = [item["spec"]["selector"] for item in found["Service"]]
        selectors += [found["PodDisruptionBudget"][0]["spec"]["selector"]["matchLabels"]]
        selectors += [workload["spec"]["selector"]["matchLabels"], policy(found)["podSelector"]["matchLabels"]]
        for selector in selectors:
            assert selector.items() <= labels.items(), selector
        assert policy(found)["ingress"][0]["ports"] == [{"port": "http", "protocol": "TCP"}], policy(found)
        # Else every pod of a sharded exporter would be scraped twice.
        wanted = found["ServiceMonitor"][0]["spec"]["selector"]["matchLabels"].items()
        meant = [item for item in found["Service"] if wanted <= item["metadata"]["labels"].items()]
        assert len(meant) == 1 and "clusterIP" not in meant[0]["spec"], meant
        tests = found["Pod"][0]["metadata"]["labels"]
        assert not selectors[0].items() <= tests.items(), "the Service would lead to the pod of the test"


def policy(found):
    """The NetworkPolicy."""
    return found["NetworkPolicy"][0]["spec"]


@checks.check
def outgoing(subject):
    """The NetworkPolicy lets out what the exporter needs: names, HTTPS, and credentials over HTTP from two services of AWS."""
    rules = policy(subject.objects("everything"))["egress"]
    ports = [[(port["port"], port["protocol"]) for port in rule["ports"]] for rule in rules]
    assert ports == [[(53, "UDP"), (53, "TCP")], [(443, "TCP")], [(80, "TCP")]], ports
    assert "to" not in rules[0] and "to" not in rules[1] and len(rules[2]["to"]) == 4, rules


@checks.check
def versions(_subject):
    """The chart has the program's version."""
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    version = re.search(r'(?m)^version = "(.*)"', (ROOT / "Cargo.toml").read_text()).group(1)
    images = yaml.safe_load(chart["annotations"]["artifacthub.io/images"])
    assert chart["version"] == chart["appVersion"] == version, chart
    assert images[0]["image"] == f"ghcr.io/ssm-compliance-exporter/ssm-compliance-exporter:{version}", images


@checks.check
def readme(_subject):
    """The README's table of values is current."""
    run("python3" if not (ROOT / ".venv").exists() else ROOT / ".venv/bin/python", ROOT / "scripts/chart_readme.py", "--check")


def main():
    """Runs them all."""
    subject = Subject(binary(__doc__))
    checks.report(checks.failures(subject, timed=True))


if __name__ == "__main__":
    main()
