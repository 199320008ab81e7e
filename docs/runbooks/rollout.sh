#!/usr/bin/env bash
# One environment of a rollout, from start to promotion. Safe to run again: it goes on where it was ended.
#   ROLLOUT=rollout.yaml ENVIRONMENT=dev CONTEXT=kind-dev docs/runbooks/rollout.sh
# PLAN: a plan of `operator plan --out`, read by somebody. STATE: journal, configmap, configmap/NAMESPACE.
# ACCEPT: gates to take as they are, by name, separated by spaces. TIMEOUT: how long to watch this time.
set -euo pipefail
: "${ROLLOUT:=rollout.yaml}" "${ENVIRONMENT:?which environment?}" "${CONTEXT:?its context}"
: "${PLAN:=}" "${STATE:=}" "${ACCEPT:=}" "${TIMEOUT:=1h}" "${REPORTS:=reports}"

common=(--file "$ROLLOUT")
[[ -n $STATE ]] && common+=(--state "$STATE")
stage() {
  # The exit code tells of gates; only the stage is asked for here.
  local line
  line=$(sparkops rollout status "$ENVIRONMENT" "${common[@]}" -o name || true)
  sed -n "s|^$ENVIRONMENT/||p" <<<"$line"
}

case $(stage) in
  waiting | starting | reverted)
    start=(--yes --confirm="$CONTEXT")
    [[ -n $PLAN ]] && start+=(--plan "$PLAN")
    for id in ${FINDINGS:-}; do start+=(--accept "$id"); done
    sparkops rollout start "$ENVIRONMENT" "${common[@]}" "${start[@]}"
    ;;
  halted)
    echo "$ENVIRONMENT was stopped; to go back: sparkops rollout halt $ENVIRONMENT --revert" >&2
    exit 3
    ;;
  promoted)
    echo "$ENVIRONMENT is promoted already"
    exit 0
    ;;
esac

status=0
sparkops rollout watch "$ENVIRONMENT" "${common[@]}" --halt --timeout "$TIMEOUT" --report "$REPORTS" || status=$?
case $status in
  0 | 7) ;; # every gate holds, or only what cannot be seen is left: ACCEPT says what of it is taken as it is
  8)
    echo "$ENVIRONMENT needs more time; run this again" >&2
    exit 8
    ;;
  *) exit "$status" ;;
esac

promote=(--yes)
for gate in $ACCEPT; do promote+=(--accept "$gate"); done
sparkops rollout promote "$ENVIRONMENT" "${common[@]}" "${promote[@]}" --report "$REPORTS"
