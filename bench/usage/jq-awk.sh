#!/bin/sh
# Usage of closed allocations by hand: jq picks the fields, awk subtracts and adds up, in doubles and without bounds.
# Prints application, resource, total and the number of allocations as CSV.
set -e
jq -r '
  select(.type == 2 and (.eventChangeDetail == 200 or (.eventChangeDetail >= 500 and .eventChangeDetail <= 504)))
  | [ .eventChangeType, .objectID, .referenceID, .timestampNano,
      (.resource.resources | to_entries | map("\(.key)=\(.value.value)") | join(";")) ]
  | @tsv' "$1" |
  awk -F '\t' '
    $1 == 2 { if (!($3 in begin)) begin[$3] = $4; next }
    $3 in begin {
      seconds = int(($4 - begin[$3]) / 1000000000)
      delete begin[$3]
      parts = split($5, resources, ";")
      for (part = 1; part <= parts; part++) {
        split(resources[part], pair, "=")
        total[$2 "," pair[1]] += seconds * pair[2]
        count[$2 "," pair[1]]++
      }
    }
    END { for (key in total) printf "%s,%.0f,%d\n", key, total[key], count[key] }' |
  LC_ALL=C sort
