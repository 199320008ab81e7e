/**
 * The Go that go.mod asks for is the least that any file may name: a company's `.tool-versions` or Dockerfile that merged
 * cleanly with an older Go would stop the build. What the commit brings in is raised; upstream's own files are left alone.
 */
import type { FileVersion } from '../../../ports/git.ts'
import { compareGo } from '../resolve/go-version.ts'
import { readGoMod } from '../resolve/go-mod.ts'
import { bytesOf, splitLines, textOf } from '../resolve/lines.ts'
import type { AfterMerge, CarryContext, Resolution } from '../resolve/resolver.ts'

interface Place {
  readonly paths: RegExp
  /** The version, between what leads to it and what follows. */
  readonly line: RegExp
  /** Whether the version must name its patch level. */
  readonly exact: boolean
}

const PLACES: readonly Place[] = [
  { paths: /(^|\/)\.tool-versions$/, line: /^(\s*(?:golang|go)\s+)(\d+\.\d+(?:\.\d+)?)()/, exact: true },
  { paths: /(^|\/)\.go-version$/, line: /^(\s*)(\d+\.\d+(?:\.\d+)?)(\s*)$/, exact: true },
  {
    paths: /(^|\/)(Dockerfile|Containerfile)[^/]*$/,
    line: /^(\s*(?:FROM|ARG)\s.*\bgolang:)(\d+\.\d+(?:\.\d+)?)(.*)$/i,
    exact: false,
  },
  {
    paths: /(^|\/)(Dockerfile|Containerfile|Makefile)[^/]*$/,
    line: /^(\s*(?:ARG\s+)?GO(?:LANG)?_VERSION\s*[:?]?=\s*)(\d+\.\d+(?:\.\d+)?)(.*)$/,
    exact: false,
  },
  {
    paths: /\.ya?ml$/,
    line: /^(\s*(?:-\s+)?(?:go-version|GO_VERSION):\s*["']?)(\d+\.\d+(?:\.\d+)?)(["']?.*)$/,
    exact: false,
  },
  { paths: /\.ya?ml$/, line: /^(\s*(?:-\s+)?image:\s*["']?\S*\bgolang:)(\d+\.\d+(?:\.\d+)?)(.*)$/, exact: false },
]

/** The hook. */
export function goFloor(): AfterMerge {
  return {
    id: 'go-version',
    finish: async (situation, tree, { assumed }) => {
      const { git, onto } = situation
      const changes = (await git.diff(onto, tree)).filter(
        ({ path, after }) => after?.mode.startsWith('100') && !assumed.has(path),
      )
      const places = changes.flatMap((change) =>
        PLACES.filter(({ paths }) => paths.test(change.path)).map((place) => ({ change, place })),
      )
      const floor = places.length === 0 ? undefined : await requiredGo(situation, tree)
      const edits = new Map<string, FileVersion>()
      const resolutions: Resolution[] = []
      for (const { change, place } of floor === undefined ? [] : places) {
        const now = edits.get(change.path) ?? change.after!
        const text = textOf(await git.readBlob(now.oid))
        const before = change.before === undefined ? '' : textOf(await git.readBlob(change.before.oid))
        const raised = text === undefined ? undefined : raise(text, before ?? '', place, floor!)
        if (raised === undefined) continue
        edits.set(change.path, { mode: now.mode, oid: await git.writeBlob(bytesOf(raised.text)) })
        resolutions.push(resolution(change.path, raised.from, raised.to))
      }
      return { tree: edits.size === 0 ? tree : await git.editTree(tree, edits), resolutions, findings: [] }
    },
  }
}

async function requiredGo({ git, profile }: CarryContext, tree: string): Promise<string | undefined> {
  const found = await git.find(tree, 'go.mod')
  const asked = found === undefined ? undefined : readGoMod(textOf(await git.readBlob(found.oid)) ?? '')?.go
  if (asked === undefined) return undefined
  return profile.goVersion !== undefined && compareGo(profile.goVersion, asked) > 0 ? profile.goVersion : asked
}

/** Raises what stands lower in lines that upstream has not. */
function raise(
  text: string,
  before: string,
  place: Place,
  floor: string,
): { text: string; from: string; to: string } | undefined {
  const known = new Set(splitLines(before))
  let told: { from: string; to: string } | undefined
  const lines = splitLines(text).map((line) => {
    const match = known.has(line) ? null : place.line.exec(line.replace(/\r?\n$/, ''))
    if (match === null || compareGo(match[2]!, floor) >= 0) return line
    // Since 1.21 the first release of a line is x.y.0; before, it was x.y.
    const to = place.exact && /^\d+\.\d+$/.test(floor) && compareGo(floor, '1.21') >= 0 ? `${floor}.0` : floor
    told ??= { from: match[2]!, to }
    return `${match[1]!}${to}${match[3] ?? ''}${line.slice(match[0].length)}`
  })
  return told === undefined ? undefined : { text: lines.join(''), ...told }
}

function resolution(path: string, from: string, to: string): Resolution {
  const evidence = `go.mod asks for Go ${to}: the company's ${from} would not build it`
  return { path, class: 'auto', rule: 'go-version', ruleVersion: 1, confidence: 'rule', evidence }
}
