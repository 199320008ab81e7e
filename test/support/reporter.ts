/**
 * Closes a run with what was skipped and why, and a last line to be read by programs: `N passed, N failed, N skipped`.
 * With CI=true a skipped test fails the run: there everything that a test needs is installed first.
 */
import { relative } from 'node:path'
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'

const NEEDS = / \[needs ([^\]]+)\]/
const NAMES_SHOWN = 3

export default class ClosingReporter implements Reporter {
  private root = process.cwd()

  onInit(vitest: Vitest): void {
    this.root = vitest.config.root
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const cases = modules.flatMap((module) => [...module.children.allTests()])
    const broken = modules.filter((module) => module.state() === 'failed' && !hasFailedTest(module))
    const count = (state: string): number => cases.filter((test) => test.result().state === state).length
    const skipped = cases.filter((test) => test.result().state === 'skipped')
    const failed = count('failed') + broken.length + unhandledErrors.length
    for (const line of skippedLines(skipped)) print(line)
    for (const module of broken) print(`failed as a whole: ${relative(this.root, module.moduleId)}`)
    if (skipped.length > 0 && process.env.CI === 'true') {
      print('failed: with CI=true nothing may be skipped; install what is missing (.ci/run does)')
      process.exitCode = 1
    }
    if (failed > 0 || cases.length === 0) process.exitCode = 1
    // After the other reporters have printed theirs.
    process.once('exit', () => print(`${count('passed')} passed, ${failed} failed, ${skipped.length} skipped`))
  }
}

/** One line for each missing thing: `skipped: 3 need chromium (report renders, …)`. */
export function skippedLines(skipped: readonly Pick<TestCase, 'fullName'>[]): string[] {
  const groups = new Map<string, string[]>()
  for (const { fullName } of skipped) {
    const missing = NEEDS.exec(fullName)?.[1] ?? ''
    groups.set(missing, [...(groups.get(missing) ?? []), fullName.replace(NEEDS, '')])
  }
  return [...groups].sort().map(([missing, names]) => {
    const why = missing === '' ? 'for no stated reason' : `${names.length === 1 ? 'needs' : 'need'} ${missing}`
    const more = names.length > NAMES_SHOWN ? `; and ${names.length - NAMES_SHOWN} more` : ''
    return `skipped: ${names.length} ${why} (${names.slice(0, NAMES_SHOWN).join('; ')}${more})`
  })
}

function hasFailedTest(module: TestModule): boolean {
  return [...module.children.allTests('failed')].length > 0
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
