#!/bin/sh
# Helm's post-renderer: what the chart made comes in, with the sidecar added it goes out.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "$here/.rendered.XXXXXX")
trap 'rm -rf "$work"' EXIT
cat > "$work/chart.yaml"
printf 'resources: [chart.yaml]\ncomponents: [../component]\n' > "$work/kustomization.yaml"
kubectl kustomize "$work"
