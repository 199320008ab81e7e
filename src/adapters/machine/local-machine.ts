/** The machine as Node and its programs tell it. */
import { execFile } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import type { FoundProgram, Machine, ProgramQuestion } from '../../ports/machine.ts'
import { findOnPath } from './find-program.ts'

const ANSWER_WITHIN_MS = 5000

/** This machine. */
export function localMachine(): Machine {
  return {
    nodeVersion: process.versions.node,
    platform: process.platform,
    architecture: process.arch,
    processors: cpus().length,
    memoryBytes: totalmem(),
    memoryLimitBytes: memoryLimit(),
    findProgram,
    loadEngine,
  }
}

function memoryLimit(): number | undefined {
  const limit = process.constrainedMemory()
  // Without a limit Linux answers with nothing, or with a number that no machine has.
  return limit > 0 && limit < totalmem() ? limit : undefined
}

async function findProgram(question: ProgramQuestion): Promise<FoundProgram | undefined> {
  const path = findOnPath(question.names)
  if (path === undefined) return undefined
  const said = await answerOf(path, question.versionArguments)
  return { path, version: /\d+\.\d+(?:\.\d+)?(?:[.+-][\w.]+)?/.exec(said)?.[0] }
}

function answerOf(path: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    // Java tells its version on standard error; a failing program has told what it could.
    execFile(path, [...args], { timeout: ANSWER_WITHIN_MS }, (_error, stdout, stderr) => resolve(stdout + stderr))
  })
}

async function loadEngine(): Promise<{ version: string } | { failure: string }> {
  try {
    const { default: engine } = await import('@duckdb/node-bindings')
    return { version: engine.library_version() }
  } catch (error) {
    return { failure: error instanceof Error ? error.message.split('\n')[0]! : String(error) }
  }
}
