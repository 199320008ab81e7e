"""What an engineer writes first: read every line, keep every allocation in a dict, subtract, multiply, add up.

Prints application, resource, lower, upper and the number of allocations as CSV. A scheduler restart bounds what
was open: at least until the last event before it, at most until the first event after it.
"""

import csv
import json
import sys
from bisect import bisect_right
from collections import defaultdict

SECOND = 1_000_000_000
allocations = {}
starts = []
last_before = {}
last = 0

with open(sys.argv[1], encoding="utf-8") as lines:
    for line in lines:
        event = json.loads(line)
        kind = event.get("type")
        if kind == 4 and event["objectID"] == "root" and event.get("eventChangeType") == 2:
            starts.append(event["timestampNano"])
            last_before[len(starts)] = last
        if kind != 2:
            continue
        detail = event.get("eventChangeDetail", 0)
        if detail != 200 and not 500 <= detail <= 504:
            continue
        time = event["timestampNano"]
        last = max(last, time)
        key = (event["objectID"], event["referenceID"])
        seen = allocations.get(key)
        if seen is None:
            seen = allocations[key] = {"begin": None, "again": None, "end": None, "asked": None, "ended": None}
        resources = event["resource"]["resources"]
        if detail == 200:
            seen["begin"] = time if seen["begin"] is None else min(seen["begin"], time)
            seen["again"] = time if seen["again"] is None else max(seen["again"], time)
            seen["asked"] = resources if seen["asked"] is None else min(seen["asked"], resources, key=json.dumps)
        else:
            seen["end"] = time if seen["end"] is None else min(seen["end"], time)
            seen["ended"] = resources if seen["ended"] is None else min(seen["ended"], resources, key=json.dumps)

totals = defaultdict(lambda: [0, 0, 0])
for (application, _), seen in allocations.items():
    if seen["begin"] is None:
        continue
    low = high = seen["end"]
    if low is None:
        epoch = bisect_right(starts, seen["again"])
        low = last_before[epoch + 1] if epoch < len(starts) else last
        high = starts[epoch] if epoch < len(starts) else last
    for resource, quantity in (seen["ended"] or seen["asked"]).items():
        total = totals[application, resource]
        total[0] += (low - seen["begin"]) // SECOND * quantity["value"]
        total[1] += (high - seen["begin"]) // SECOND * quantity["value"]
        total[2] += 1

rows = csv.writer(sys.stdout, lineterminator="\n")
for (application, resource), total in sorted(totals.items()):
    rows.writerow([application, resource, *total])
