/** Refs of the user's repository: read by name, changed only below refs/sparkops/, and only as compare-and-swap. */
import { SparkopsError } from '../../domain/errors.ts'
import type { Oid, Ref, RefChange, RefStore } from '../../ports/git.ts'
import { HARMLESS_CONFIG } from './environment.ts'
import { checkId, linesOf } from './objects.ts'
import { isPlainPath } from './path-bytes.ts'
import { askGit, type GitPlace, runGit } from './run-git.ts'

const OURS = 'refs/sparkops/'
// git-check-ref-format(1), and with it everything by which a name could be an expression or an option.
// eslint-disable-next-line no-control-regex
const REF_NAME = /^(?!-)(?!.*(?:\.\.|@\{|\/\/|\.lock(?:$|\/)))[^\x00-\x20\x7f~^:?*[\\]+(?:[~^]\d*)*$/

/** The ref half of the port. */
export function openRefs(place: GitPlace): RefStore {
  const git = (words: readonly string[], input?: Uint8Array, allowed?: readonly number[]) =>
    runGit(place, [...HARMLESS_CONFIG, ...words], input, allowed)

  return {
    async resolve(name) {
      checkName(name)
      const words = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]
      const out = await git(words, undefined, [0, 1, 128])
      return out.toString('latin1').trim() || undefined
    },

    async refs(...prefixes) {
      const fields = ['refname', 'objectname', '*objectname', 'objecttype'].map((field) => `%(${field})`)
      const out = await git(['for-each-ref', `--format=${fields.join('%00')}`, '--', ...prefixes.map(checkPrefix)])
      return linesOf(out).map((line): Ref => {
        const [name, oid, peeled, type] = line.split('\0')
        return { name: name!, oid: oid!, peeled: peeled || oid!, type: type as Ref['type'] }
      })
    },

    async updateRefs(changes, reason) {
      if (changes.length === 0) return
      const input = Buffer.from(changes.map(transactionLine).join(''))
      const words = [...HARMLESS_CONFIG, 'update-ref', '-m', `sparkops: ${reason}`, '--stdin', '-z']
      const { code, stderr } = await askGit(place, words, input)
      if (code !== 0) throw refMoved(changes, stderr)
    },

    async currentBranch() {
      const out = await git(['symbolic-ref', '--quiet', 'HEAD'], undefined, [0, 1])
      return out.toString('utf8').trim() || undefined
    },

    async firstTags(commits, tagPattern) {
      if (commits.length === 0) return new Map()
      const refs = tagPattern === undefined ? [] : [`--refs=refs/tags/${tagPattern}`]
      const input = Buffer.from(`${commits.map(checkId).join('\n')}\n`)
      const names = linesOf(await git(['name-rev', '--tags', ...refs, '--name-only', '--annotate-stdin'], input))
      const found = commits.map((oid, index): [Oid, string] => [oid, names[index]!.replace(/[~^].*$/, '')])
      return new Map(found.filter(([oid, name]) => name !== oid))
    },
  }
}

/** Throws for a name that git forbids or that could be taken for something else. */
export function checkName(name: string): string {
  if (REF_NAME.test(name) && !name.endsWith('/') && isPlainPath(name)) return name
  throw new SparkopsError({
    code: 'SO_BAD_REF',
    message: `${JSON.stringify(name)} is not a name of a commit`,
    why: 'a branch, a tag or an id has no leading "-", no control characters, and nothing that git keeps for itself',
    hint: 'give a branch, a tag or a commit id',
    exit: 'usage',
  })
}

function checkPrefix(prefix: string): string {
  return checkName(prefix.replace(/\/$/, ''))
}

function transactionLine({ ref, before, after }: RefChange): string {
  if (!ref.startsWith(OURS)) throw new Error(`${ref} is not ours to change`)
  checkName(ref)
  if (after === null) return `delete ${ref}\0${before === null ? '' : checkId(before)}\0`
  if (before === null) return `create ${ref}\0${checkId(after)}\0`
  return `update ${ref}\0${checkId(after)}\0${checkId(before)}\0`
}

function refMoved(changes: readonly RefChange[], said: string): SparkopsError {
  const isRace = /but expected|reference already exists|unable to resolve reference|is at .* but|cannot lock ref/i.test(
    said,
  )
  const cannotWrite = /Permission denied|Read-only file system|No space left|unable to create/i.test(said)
  return new SparkopsError({
    code: isRace && !cannotWrite ? 'SO_REF_MOVED' : 'SO_REF_WRITE',
    message: `cannot set ${changes.length === 1 ? changes[0]!.ref : `${changes[0]!.ref} and ${changes.length - 1} more`}`,
    why: said.trim().replace(/^fatal: /, ''),
    hint: isRace && !cannotWrite ? 'another run moved it: see sparkops fork status' : 'see that .git can be written',
    exit: isRace && !cannotWrite ? 'stale' : 'failed',
  })
}
