/** The part of a job's program that lists its input files and writes those of a store. */
export const FILES = String.raw`class Output:
    """Files below a URI, by Hadoop's file systems."""

    def __init__(self, spark, uri):
        self.jvm = spark.sparkContext._jvm
        self.uri = uri.rstrip("/")
        path = self.jvm.org.apache.hadoop.fs.Path(self.uri)
        self.fs = path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())
        self.root = self.fs.makeQualified(path).toString()

    def path(self, name):
        return self.jvm.org.apache.hadoop.fs.Path(self.root + "/" + name)

    def exists(self, name):
        return self.fs.exists(self.path(name))

    def write(self, name, data, overwrite=True):
        out = self.fs.create(self.path(name), overwrite)
        out.write(bytearray(data))
        out.close()

    def files(self, kind):
        found, entries = [], self.fs.listFiles(self.path(kind), True)
        while entries.hasNext():
            entry = entries.next()
            name = entry.getPath().toString()[len(self.root) + 1:].replace("%3D", "=")
            if entry.getLen() == 0 or name.split("/")[-1][0] in "._" or name.endswith(".crc"):
                continue
            one = {"name": name, "kind": kind, "bytes": entry.getLen()}
            day = [p[4:] for p in name.split("/") if p.startswith("day=")]
            if day:
                one["day"] = (datetime.date.fromisoformat(day[0]) - datetime.date(1970, 1, 1)).days
            found.append(one)
        return found


def by_day(spark, sql, output, kind):
    rows = spark.sql(sql)
    dated = rows.withColumn("day", F.expr("date_format(date_add(DATE'1970-01-01', day), 'yyyy-MM-dd')"))
    dated.repartition("day").write.mode("overwrite").partitionBy("day").option("compression", "zstd").parquet(output.root + "/" + kind)


def objects(spark, inputs):
    """The input files, as a later sparkops usage compact remembers them."""
    jvm, found = spark.sparkContext._jvm, []
    for uri in inputs:
        path = jvm.org.apache.hadoop.fs.Path(uri)
        fs = path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())
        entries = fs.listFiles(path, True)
        while entries.hasNext():
            entry = entries.next()
            if entry.getLen() > 0 and entry.getPath().getName().endswith((".zst", ".zstd")) and entry.getPath().getName()[0] not in "._":
                refuse("%s: zstd is not read on Spark." % named(entry.getPath().toString()), "take it in with sparkops usage compact")
            found.append({"name": named(entry.getPath().toString()), "bytes": entry.getLen(), "modifiedAt": str(entry.getModificationTime() * 10**6)})
    return found


`
