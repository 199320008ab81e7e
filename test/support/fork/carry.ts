/** Carries commits of a test repository with the real rules over real git: what one step of a sync computes. */
import { afterAll } from 'vitest'
import { openGit } from '../../../src/adapters/git/open-git.ts'
import { carryTree, type CarryOutcome } from '../../../src/domain/fork/carry/carry-tree.ts'
import { BUILT_IN } from '../../../src/domain/fork/profile/built-in.ts'
import type { ForkProfile } from '../../../src/domain/fork/profile/profile.ts'
import { carryRules } from '../../../src/domain/fork/resolve/rules.ts'
import { readSeriesCommit } from '../../../src/domain/fork/series/collect-series.ts'
import type { Git } from '../../../src/ports/git.ts'
import type { Toolchain } from '../../../src/ports/toolchain.ts'
import { type Files, newRepository, testDirectory, type TestRepository } from './repository.ts'

export interface Carried {
  outcome: CarryOutcome
  /** A file of the resulting tree. */
  file(path: string): Promise<string | undefined>
  /** Rules that had a say, in order. */
  rules: readonly string[]
  /** Paths that are left for a person, with why. */
  open: ReadonlyMap<string, string>
}

export class CarryBed {
  readonly repository: TestRepository = newRepository(testDirectory())
  profile: ForkProfile = BUILT_IN['spark-operator']
  toolchain: Toolchain | undefined
  isForetold = false

  /** Upstream at the base, upstream later, one commit of the company on the base: carried onto the later one. */
  async carry(
    base: Files,
    upstream: Files | readonly { subject: string; files: Files; message?: string }[],
    company: Files,
    message = 'Ours\n',
  ): Promise<Carried> {
    const { repository } = this
    repository.git('checkout', '--quiet', '--orphan', `u${Math.random().toString(36).slice(2)}`)
    repository.git('rm', '-r', '-f', '--quiet', '--ignore-unmatch', '.')
    const oldBase = repository.commit('base', base)
    const steps = Array.isArray(upstream) ? upstream : [{ subject: 'Upstream', files: upstream as Files }]
    let target = oldBase
    for (const { subject, files, message: text } of steps as { subject: string; files: Files; message?: string }[]) {
      target = repository.commit(subject, files, text === undefined ? {} : { message: text })
    }
    return this.#carry(oldBase, target, company, message)
  }

  /** The same with upstream going on from a commit that is there: the base is its parent. */
  async carryOnto(
    upstream: string,
    more: readonly { subject: string; files: Files; message?: string }[],
    company: Files,
    message = 'Ours\n',
  ): Promise<Carried> {
    const { repository } = this
    repository.moveTo(upstream)
    let target = upstream
    for (const { subject, files, message: text } of more) {
      target = repository.commit(subject, files, text === undefined ? {} : { message: text })
    }
    return this.#carry(repository.git('rev-parse', `${upstream}^`), target, company, message)
  }

  async #carry(oldBase: string, target: string, company: Files, message: string): Promise<Carried> {
    const { repository } = this
    repository.moveTo(oldBase)
    const start = repository.commit('ours', company, { message })
    const git = await this.#open()
    const commit = await readSeriesCommit(git, start, 1, { oid: oldBase, isUnrelated: false })
    const shared = { git, profile: this.profile, oldBase, target, start, signal: new AbortController().signal }
    const situation = { ...shared, upstream: await git.range(oldBase, target), commit, onto: await git.treeOf(target) }
    const outcome = await carryTree(situation, carryRules(this.profile, this.toolchain, this.isForetold), {
      assume: false,
    })
    return describeOutcome(git, outcome)
  }

  #git: Git | undefined

  async #open(): Promise<Git> {
    await this.#git?.close()
    this.#git = await openGit({ directory: this.repository.path, keepObjects: true })
    return this.#git
  }

  async close(): Promise<void> {
    await this.#git?.close()
  }
}

/** A bed that goes with the test file. */
export function carryBed(): CarryBed {
  const bed = new CarryBed()
  afterAll(async () => bed.close())
  return bed
}

function describeOutcome(git: Git, outcome: CarryOutcome): Carried {
  const resolutions = outcome.kind === 'dropped' ? [] : outcome.resolutions
  const open = new Map<string, string>()
  if (outcome.kind === 'stopped') {
    for (const { path, why, hints } of outcome.open) open.set(path, [...why, ...hints].join('; '))
  }
  if (outcome.kind !== 'dropped') {
    for (const { gate, path, message } of outcome.findings) if (gate === 'block') open.set(path, message)
  }
  return {
    outcome,
    open,
    rules: outcome.kind === 'dropped' ? [outcome.rule] : [...new Set(resolutions.map(({ rule }) => rule))],
    file: async (path) => {
      const found = outcome.kind === 'dropped' ? undefined : await git.find(outcome.tree, path)
      return found === undefined ? undefined : Buffer.from(await git.readBlob(found.oid)).toString('utf8')
    },
  }
}
