"""JSON schemas for kubeconform: Kubernetes' own, of the package kubernetes-validate, and those of the definitions of custom
resources, as the modules of their authors contain them.
"""

import json
import pathlib

import kubernetes_validate
import yaml

from tools import KUBERNETES, TOOLS

KINDS = [
    "configmap-v1",
    "deployment-apps-v1",
    "ingress-networking-v1",
    "networkpolicy-networking-v1",
    "pod-v1",
    "poddisruptionbudget-policy-v1",
    "service-v1",
    "serviceaccount-v1",
    "statefulset-apps-v1",
]
TEMPLATE = "{{.ResourceKind}}{{.KindSuffix}}.json"


def write_kubernetes(folder):
    """The schemas of that package name each other by addresses; here they name each other's files."""
    package = pathlib.Path(kubernetes_validate.__file__).parent
    source = package / f"kubernetes-json-schema/v{KUBERNETES}-local-strict"
    for name in ["_definitions", *KINDS]:
        text = (source / f"{name}.json").read_text().replace('"/api/_definitions.json#', '"_definitions.json#')
        schema = json.loads(text)
        del schema["$id"]
        (folder / f"{name}.json").write_text(json.dumps(schema))


def strict(schema):
    """A schema that refuses what it does not name, as the API server does when asked to be strict."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: strict(part) for key, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and "type" in schema:
        schema.setdefault("additionalProperties", False)
    # Whole numbers or strings, where `type` cannot say so.
    if schema.pop("x-kubernetes-int-or-string", False):
        schema.pop("anyOf", None)
        schema["type"] = ["integer", "string"]
    return schema


def write_custom(folder):
    """The schema of each version of each definition that setup has brought."""
    for file in (TOOLS / "crds").glob("*.yaml"):
        for definition in yaml.safe_load_all(file.read_text()):
            spec = definition["spec"]
            for version in spec["versions"]:
                schema = strict(version["schema"]["openAPIV3Schema"])
                schema["properties"]["metadata"] = {"$ref": "_definitions.json#/$defs/" + METADATA}
                group = spec["group"].split(".")[0]
                name = f"{spec['names']['kind'].lower()}-{group}-{version['name']}.json"
                (folder / name).write_text(json.dumps(schema))


METADATA = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


def write(folder):
    """All of them, and where kubeconform finds them."""
    write_kubernetes(folder)
    write_custom(folder)
    return f"{folder}/{TEMPLATE}"
