// Finds and reads the files of Kubernetes objects: JSON and YAML, one file, a directory of them, or standard input.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { text as textOfStream } from 'node:stream/consumers'
import { glob } from 'tinyglobby'
import { SparkopsError } from '../../domain/errors.ts'
import type { ObjectText } from '../../ports/object-files.ts'

/** A pod has some 10 KB. What is larger than this is not meant to be read as one file of objects. */
const LARGEST = 32 << 20
const MOST_FILES = 100_000

/** The files behind a path, those of a directory in the order of their names. Links out of it are not followed. */
export async function findObjectFiles(path: string): Promise<readonly ObjectText[]> {
  if (path === '-') return [{ name: '<stdin>', isNamed: true, text: () => textOfStream(process.stdin) }]
  const info = await told(path, stat(path))
  if (!info.isDirectory()) return [fileOf(path, true)]
  const names = await glob(['**/*.{json,yaml,yml}'], { cwd: path, followSymbolicLinks: false, dot: false })
  if (names.length === 0)
    throw unusable(path, 'it holds no .json or .yaml file', 'give a directory that pods capture wrote')
  if (names.length > MOST_FILES) throw unusable(path, `it holds ${names.length} files`, 'give a part of it')
  return names.sort().map((name) => fileOf(join(path, name), false))
}

function fileOf(path: string, isNamed: boolean): ObjectText {
  return { name: path, isNamed, text: () => readText(path) }
}

async function readText(path: string): Promise<string> {
  const info = await told(path, stat(path))
  if (info.size > LARGEST)
    throw unusable(
      path,
      `it has ${info.size >> 20} MiB; more than 32 are not read as one file`,
      'give a file for each pod',
    )
  return await told(path, readFile(path, 'utf8'))
}

async function told<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    throw unreadable(path, error)
  }
}

function unusable(path: string, why: string, hint: string): SparkopsError {
  return new SparkopsError({ code: 'SO_NO_PODS', message: `${path} cannot be used`, why, hint, exit: 'data' })
}

function unreadable(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error && 'code' in cause)) return cause
  return new SparkopsError({
    code: 'SO_UNREADABLE',
    message: `cannot read ${path}`,
    why: cause.code === 'ENOENT' ? 'there is no such file' : cause.message,
    hint: 'give a file of pods, a directory of such files, or - for standard input',
    exit: 'data',
    cause,
  })
}
