/**
 * Apache Spark. Files move rarely between minor versions and git's own rename detection follows them; the exceptions
 * that are known stand here. Generated files (docs of functions, golden results of SQL tests) need a Spark build, which
 * no generator here can run: they stay undecided.
 */
import type { UpstreamKnowledge } from './knowledge.ts'

export const sparkKnowledge: UpstreamKnowledge = {
  files: [],
  directories: [
    {
      // SPARK-48936, SPARK-49025: 4.0 has the classic API below sql/core and the shared one in sql/api.
      from: 'connector/connect/client/jvm',
      to: 'sql/connect/client/jvm',
      source: 'Spark 4.0',
    },
    { from: 'connector/connect/server', to: 'sql/connect/server', source: 'Spark 4.0' },
    { from: 'connector/connect/common', to: 'sql/connect/common', source: 'Spark 4.0' },
  ],
  retired: [],
  values: [],
  valuesFiles: [],
  generators: [],
}
