// The program that a SparkApplication runs: PySpark around the SQL of spark-sql.ts and pack-sql.ts. It writes a usage store,
// which `usage compute` judges as it judges one that `usage compact` wrote. The manifest comes last: until then nothing counts.
import { FACT, NAME } from '../facts.ts'
import { APART, CLOSED, groupsSql, OPEN, USERS } from '../pack-sql.ts'
import { emptyManifest } from '../store/manifest.ts'
import { PROGRAM } from './job-program.ts'
import {
  CONTRADICTIONS,
  EARLY,
  FRESH,
  LINE_SCHEMA,
  LINES,
  NUMBERED,
  PAGED,
  PAGES,
  RUNS,
  rulesSql,
  STREAMED,
  TEXTED,
  TEXTS,
  TOLD,
  UNWRAPPED,
} from './spark-sql.ts'

/** The seed of the second half of a key that is no UUID (scan/names.ts). */
const SECOND_HALF = 7

/** The program, for Python 3.8 and Spark 3.4 and newer. */
export function jobScript(): string {
  const sql = {
    UNWRAPPED,
    TOLD,
    STREAMED,
    PAGED,
    PAGES,
    NUMBERED,
    CONTRADICTIONS,
    RUNS,
    RULES: rulesSql(),
    TEXTED,
    TEXTS,
    FRESH,
    LINES,
    EARLY,
  }
  const kept = { CLOSED, APART, USERS, OPEN }
  const constants = Object.entries({ LINE_SCHEMA, ...sql, ...kept, GROUPS: groupsSql(OPEN_SINCE) })
    .map(([name, text]) => `${name} = ${pythonText(text)}`)
    .join('\n')
  const manifest = pythonText(JSON.stringify(emptyManifest()))
  return PROGRAM.replace('#SQL#', () => `${constants}\nMANIFEST = ${manifest}`)
    .replaceAll('#OPEN_SINCE#', String(OPEN_SINCE))
    .replaceAll('#SECOND_HALF#', String(SECOND_HALF))
    .replaceAll('#KEY#', String(NAME.key))
    .replaceAll('#ALIVE#', String(FACT.alive))
}

/** Stands for the time since which something must have been told of what is open, which only the program knows. */
const OPEN_SINCE = -4611686018427387904n

/** A Python literal: JSON's are Python's. */
function pythonText(text: string): string {
  return JSON.stringify(text)
}
