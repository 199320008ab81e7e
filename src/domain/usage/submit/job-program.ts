import { FILES } from './job-files.ts'

/** The program of a job, in Python, with places for what job-script.ts puts in: `#NAME#`. */
export const PROGRAM = String.raw`"""Packs dumps of YuniKorn events into a usage store. Written by sparkops; run it with spark-submit.

    job.py --output URI [--cluster NAME] [--lenient] INPUT...
"""
import argparse
import datetime
import gzip
import json
import sys

from pyspark import StorageLevel
from pyspark.sql import SparkSession, functions as F
from pyspark.sql import types as T

#SQL#
OPEN_FOR_NS = 7 * 86400 * 10**9


def hash_text(text, seed):
    """The 64-bit hash that names have: cyrb53's mixing over the bytes of UTF-8."""
    mask = 0xFFFFFFFF
    h1, h2 = (0xDEADBEEF ^ seed) & mask, (0x41C6CE57 ^ seed) & mask
    for c in text.encode("utf-8"):
        h1 = ((h1 ^ c) * 2654435761) & mask
        h2 = ((h2 ^ c) * 1597334677) & mask
    h1 = (((h1 ^ (h1 >> 16)) * 2246822507) & mask) ^ (((h2 ^ (h2 >> 13)) * 3266489909) & mask)
    h2 = (((h2 ^ (h2 >> 16)) * 2246822507) & mask) ^ (((h1 ^ (h1 >> 13)) * 3266489909) & mask)
    value = (h2 << 32) | h1
    return value - (1 << 64) if value >= 1 << 63 else value


def refuse(why, hint):
    print("Error: " + why + "\nTry: " + hint, file=sys.stderr)
    sys.exit(65)


def moment(nanos):
    return {"seconds": nanos // 10**9, "nanos": nanos % 10**9}


def source(src, cluster, instance, origin, stretches, lines=None):
    one = {"src": src, "cluster": cluster, "origin": origin, "stretches": stretches, "headless": False, "boot": False}
    if instance is not None:
        one["instance"] = instance
    if lines is not None:
        one["connectionLines"] = lines
    return one


def stretch(first, last, from_ts, to_ts, boot):
    return {"firstId": first, "lastId": last, "from": moment(from_ts), "to": moment(to_ts), "boot": boot}


class Numbers:
    """Numbers of sources: one for all of a named scheduler, one for each connection that does not say whose it is."""

    def __init__(self):
        self.named = {}
        self.next = 0

    def of(self, cluster, instance):
        if instance is not None and (cluster, instance) in self.named:
            return self.named[(cluster, instance)]
        src = self.next
        self.next += 1
        if instance is not None:
            self.named[(cluster, instance)] = src
        return src


def connections(segments, cluster, numbers):
    """The connections of one file, from its segments in order, as the scanner tells them apart (scan/dump-scanner.ts)."""
    instance = connection = booted = None
    found, owner = [], {}
    for one in segments:
        if one["what"] == "head":
            instance, connection, booted = one["InstanceUUID"], None, None
        elif one["what"] == "end":
            connection = None
        elif one["what"] == "event":
            earlier, booted = booted, one["mark_ts"]
            near = earlier is not None and abs(booted // 10**9 - earlier // 10**9) <= 1
            if connection is not None and not near:
                connection = instance = None
        if not one["events"]:
            continue
        if connection is None:
            connection = {
                "src": numbers.of(cluster, instance), "instance": instance, "boot": one["what"] == "event",
                "events": 0, "from": one["from_ts"], "to": one["to_ts"],
            }
            found.append(connection)
        owner[one["n"]] = connection["src"]
        connection["events"] += one["events"]
        connection["from"] = min(connection["from"], one["from_ts"])
        connection["to"] = max(connection["to"], one["to_ts"])
    return found, owner


def named(path):
    """A file as all other commands call it."""
    for scheme in ("s3a://", "s3n://"):
        if path.startswith(scheme):
            return "s3://" + path[len(scheme):]
    return "/" + path[5:].lstrip("/") if path.startswith("file:") else path


def check_lines(spark, lenient):
    counts = spark.sql("""SELECT file, count(CASE WHEN what NOT IN ('odd', 'blank', 'joined') THEN 1 END) AS ours,
      count(CASE WHEN what = 'odd' THEN 1 END) AS odd, count(CASE WHEN what = 'page' THEN 1 END) AS pages,
      count(CASE WHEN what IN ('odd', 'joined') AND (value LIKE '%timestampNano%' OR value LIKE concat(chr(31), '%') OR value LIKE '(_/_%') THEN 1 END) AS unread, count(CASE WHEN what = 'joined' THEN 1 END) AS joined,
      max(CASE WHEN what = 'odd' THEN struct(block, line_no, substr(value, 1, 80) AS value) END) AS bad, max(struct(block, line_no)) AS end_of_file,
      count(CASE WHEN what IN ('event', 'envelope') THEN 1 END) AS events,
      coalesce(sum(CASE WHEN what = 'page' AND EventRecords IS NOT NULL THEN size(EventRecords) END), 0) AS paged FROM told GROUP BY file""").collect()
    broken = 0
    for one in counts:
        if one.joined and (one.ours or one.unread):
            refuse("%s: %d lines of it hold several JSON values each, which are not told apart on Spark." % (one.file, one.joined),
                   "take it in with sparkops usage compact")
        if not one.ours and one.unread:
            # Printed over several lines, a list in one line, or packed under a name that does not say so.
            refuse("%s: it holds events in a form that is not read on Spark." % one.file, "take it in with sparkops usage compact")
        if not one.ours or not one.odd:
            continue
        # A last line that is not whole was cut off by whoever wrote it: it is left out, as everywhere.
        cut = (one.bad.block, one.bad.line_no) == (one.end_of_file.block, one.end_of_file.line_no)
        broken += one.odd - (1 if cut else 0)
        if one.odd > (1 if cut else 0) and not lenient:
            refuse("%s: %d lines of it cannot be read, such as: %s" % (one.file, one.odd, one.bad.value),
                   "mend or remove them; --lenient leaves such lines out")
    return counts, broken


def streams(spark, cluster, numbers):
    """Views and sources of events that come by connection."""
    marks = spark.sql("""SELECT file, block, line_no, what, InstanceUUID, CAST(NULL AS BIGINT) AS mark_ts FROM told WHERE what IN ('head', 'end')
      UNION ALL SELECT file, block, line_no, 'event', NULL, ts FROM streamed WHERE boot""").collect()
    files = [one.file for one in spark.sql("SELECT DISTINCT file FROM streamed").collect()]
    last = 1 << 62
    begun = {file: [{"file": file, "at": (-1, -1), "what": "start", "InstanceUUID": None, "mark_ts": None}] for file in files}
    for one in sorted(marks, key=lambda m: (m.file, m.block, m.line_no)):
        if one.file in begun:
            begun[one.file].append({"file": one.file, "at": (one.block, one.line_no), "what": one.what,
                                    "InstanceUUID": one.InstanceUUID, "mark_ts": one.mark_ts})
    rows, segments = [], []
    for file in files:
        for index, one in enumerate(begun[file]):
            until = begun[file][index + 1]["at"] if index + 1 < len(begun[file]) else (last, last)
            one["n"] = len(rows)
            rows.append((one["n"], file, one["at"][0], one["at"][1], until[0], until[1]))
            segments.append(one)
    schema = "n INT, file STRING, from_block BIGINT, from_line BIGINT, to_block BIGINT, to_line BIGINT"
    F.broadcast(spark.createDataFrame(rows, schema)).createOrReplaceTempView("segments")
    spark.sql("""SELECT /*+ BROADCAST(s) */ s.n, e.* FROM streamed e JOIN segments s ON s.file = e.file
      AND (e.block > s.from_block OR (e.block = s.from_block AND e.line_no >= s.from_line))
      AND (e.block < s.to_block OR (e.block = s.to_block AND e.line_no < s.to_line))
      """).createOrReplaceTempView("placed")
    told = {one.n: one for one in spark.sql("SELECT n, count(*) AS events, min(ts) AS from_ts, max(ts) AS to_ts FROM placed GROUP BY n").collect()}
    for one in segments:
        here = told.get(one["n"])
        one.update(events=here.events if here else 0, from_ts=here.from_ts if here else None, to_ts=here.to_ts if here else None)
    sources, owners = [], {}
    for file in files:
        found, owner = connections([one for one in segments if one["file"] == file], cluster, numbers)
        owners.update(owner)
        for one in found:
            boot = one["boot"]
            ids = (0, one["events"] - 1) if boot else (None, None)
            sources.append(source(one["src"], cluster, one["instance"], file,
                                  [stretch(ids[0], ids[1], one["from"], one["to"], boot)], one["events"]))
    spark.createDataFrame(list(owners.items()), "n INT, src INT").createOrReplaceTempView("owners")
    return sources


def pages(spark, cluster, numbers):
    """Sources of pages, by file; what pages cover follows from one another, and is worked out when the store is read."""
    files = {}
    for one in sorted(spark.sql(PAGES).collect(), key=lambda p: (named(p.file), p.block, p.line_no)):
        page = {"lowest": one.lowest, "highest": one.highest, "records": one.records,
                "from": moment(one.from_ts), "to": moment(one.to_ts), "boot": one.boot}
        if one.hole_before is not None:
            page["hole"] = {"before": moment(one.hole_before), "after": moment(one.hole_after)}
        sources = files.setdefault(named(one.file), {})
        if one.instance not in sources:
            sources[one.instance] = dict(source(numbers.of(cluster, one.instance), cluster, one.instance, named(one.file), []), pages=[])
        sources[one.instance]["pages"].append(page)
    return {file: list(sources.values()) for file, sources in files.items()}


def envelopes(spark, numbers):
    """Sources of events that carry their numbers."""
    for one in spark.sql(CONTRADICTIONS).collect():
        refuse("event %d of the scheduler %s comes with two contents." % (one.id, one.instance),
               "leave out the file that cannot be trusted")
    runs = {}
    for one in spark.sql(RUNS).collect():
        runs.setdefault((one.cluster, one.instance), []).append(one)
    sources = []
    for (cluster, instance), some in sorted(runs.items()):
        stretches = [stretch(one.first_id, one.last_id, one.from_ts, one.to_ts, one.boot) for one in sorted(some, key=lambda r: r.first_id)]
        sources.append(source(numbers.of(cluster, instance), cluster, instance, "envelope", stretches))
    rows = [(cluster, instance, src) for (cluster, instance), src in numbers.named.items()]
    spark.createDataFrame(rows, "cluster STRING, instance STRING, src INT").createOrReplaceTempView("numbers")
    return sources


${FILES}def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", required=True)
    parser.add_argument("--cluster", default="")
    parser.add_argument("--lenient", action="store_true")
    parser.add_argument("inputs", nargs="+")
    asked = parser.parse_args()
    spark = SparkSession.builder.appName("sparkops usage").getOrCreate()
    spark.conf.set("spark.sql.ansi.enabled", "true")
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    output = Output(spark, asked.output)
    if output.exists("manifests"):
        refuse(output.uri + ": there is a usage store already.", "name a new place, or add to it with sparkops usage compact")
    listed = objects(spark, asked.inputs)

    spark.createDataFrame([(asked.cluster,)], "default_cluster STRING").createOrReplaceTempView("asked")
    lines = spark.read.option("recursiveFileLookup", "true").text(asked.inputs)
    lines.select("value", F.col("_metadata.file_path").alias("file"), F.col("_metadata.file_block_start").alias("block"),
                 F.monotonically_increasing_id().alias("line_no")).createOrReplaceTempView("lines")
    line = F.from_json("value", LINE_SCHEMA, {"columnNameOfCorruptRecord": "not_json"})
    spark.sql(UNWRAPPED).withColumn("j", line).createOrReplaceTempView("parsed")
    # Read once, whatever comes of it: lines are far away, and disks of executors are near.
    spark.sql(TOLD).withColumn("value", F.expr("CASE WHEN what IN ('listing', 'heartbeat', 'odd', 'joined') THEN value END")
                               ).persist(StorageLevel.DISK_ONLY).createOrReplaceTempView("told")
    counts, broken = check_lines(spark, asked.lenient)
    spark.sql(STREAMED).createOrReplaceTempView("streamed")
    spark.sql(NUMBERED).createOrReplaceTempView("numbered")
    spark.sql(PAGED).createOrReplaceTempView("paged")
    numbers = Numbers()
    sources, by_file = streams(spark, asked.cluster, numbers), pages(spark, asked.cluster, numbers)
    sources += envelopes(spark, numbers)

    columns = "type, object, reference, message, ts, change, detail, resources"
    spark.sql("SELECT /*+ BROADCAST(o) */ o.src, %s FROM placed p JOIN owners o ON o.n = p.n UNION ALL SELECT /*+ BROADCAST(b) */ b.src, %s FROM numbered e "
              "JOIN numbers b ON b.cluster = e.cluster AND b.instance = e.instance UNION ALL SELECT /*+ BROADCAST(b) */ b.src, %s FROM paged e "
              "CROSS JOIN asked a JOIN numbers b ON b.cluster = a.default_cluster AND b.instance = e.instance" % (columns, columns, columns)).createOrReplaceTempView("events")
    F.broadcast(spark.sql(RULES)).createOrReplaceTempView("rules")
    spark.sql(TEXTED).persist().createOrReplaceTempView("texted")
    spark.udf.register("hash_text", hash_text, T.LongType())
    spark.sql("SELECT kind, text, hash_text(text, kind) AS hash, CASE WHEN kind = #KEY# THEN hash_text(text, #SECOND_HALF#) ELSE 0 END AS hash2 FROM (%s)" % TEXTS
              ).persist().createOrReplaceTempView("hashed")
    spark.sql(FRESH).persist().createOrReplaceTempView("fresh")
    newest = spark.sql("SELECT max(ts) AS ts FROM fresh WHERE code < #ALIVE#").first().ts or 0
    spark.sql(GROUPS.replace("#OPEN_SINCE#", str(newest - OPEN_FOR_NS))).persist().createOrReplaceTempView("groups")

    for kind, sql in (("closed", CLOSED), ("facts", APART), ("users", USERS)):
        by_day(spark, sql, output, kind)
    for kind, sql in (("open", OPEN), ("names", "SELECT kind, hash, text FROM hashed"), ("lines", LINES)):
        spark.sql(sql).coalesce(1).write.mode("overwrite").option("compression", "zstd").parquet(output.root + "/" + kind)
    events, paged = sum(one.events for one in counts), {named(one.file): one for one in counts if one.pages}
    early = spark.sql(EARLY).first()[0] > 0

    def record(file, sources, events, pages=0, broken=0):
        nothing = {"$map": []}
        return {
            "account": {"file": file, "counts": {"events": events, "pages": pages, "heartbeats": 0, "snapshots": 0, "other": 0}, "cutBytes": 0, "brokenCount": broken},
            "sources": sources, "heartbeats": [], "broken": [], "earlyForm": early, "apart": False,
            "seen": {"applications": nothing, "allocations": nothing, "nodes": nothing, "listings": [], "listed": nothing},
        }

    records = [record(asked.inputs[0], sources, events, broken=broken)]
    records += [record(file, by_file.get(file, []), one.paged, one.pages) for file, one in sorted(paged.items())]
    events += sum(one.paged for one in paged.values())
    output.write("records/spark.ndjson.gz", gzip.compress("".join(json.dumps(one) + "\n" for one in records).encode()))
    output.write("objects/spark.ndjson.gz", gzip.compress("".join(json.dumps(one) + "\n" for one in listed).encode()))
    manifest = json.loads(MANIFEST)
    kinds = ("closed", "facts", "users", "open", "names", "lines", "records", "objects")
    manifest.update(
        run=1, at=datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z"), objects=len(listed), events=events,
        nextSource=numbers.next, files=[one for kind in kinds for one in output.files(kind)],
        sources=[{"src": src, "cluster": cluster, "instance": instance} for (cluster, instance), src in numbers.named.items()],
    )
    output.write("manifests/00000001.json", json.dumps(manifest).encode(), overwrite=False)
    print(json.dumps({"store": output.uri, "events": events, "objects": len(listed), "broken": broken}))
    spark.stop()


if __name__ == "__main__":
    main()
`
