/** Upstream's work as people see it: at a terminal of 80 columns, in a sheet, in Markdown, in a browser. */
import { describe, expect, it } from 'vitest'
import type { Feature, ForkFeatures } from '../../../src/domain/fork/features/document.ts'
import type { ShownProof } from '../../../src/domain/fork/features/read-proof.ts'
import { parseProof } from '../../../src/domain/fork/features/read-proof.ts'
import { featuresMarkdown } from '../../../src/ui/fork/features-markdown.ts'
import { featuresPage } from '../../../src/ui/fork/features-page.ts'
import { forkFeaturesView } from '../../../src/ui/fork/features-view.ts'
import { renderForkReport } from '../../../src/ui/fork/report.ts'
import { styleOf } from '../../../src/ui/style.ts'
import { renderTable } from '../../../src/ui/table.ts'
import { needs } from '../../support/capabilities.ts'
import { expectMatchesSchema } from '../../support/schema.ts'
import { inPage, reportBrowser } from '../report/browser.ts'

const HOSTILE = '</script><img src=x onerror=alert(1)> "\'& | `x` \u001b[31m \u202eevil'
const oid = 'a'.repeat(40)

const feature = (more: Partial<Feature> = {}): Feature => ({
  id: 'pr-1',
  kind: 'feature',
  title: 'Several gears',
  what: 'New flag: --gears (3).',
  why: null,
  basis: 'shown',
  topic: null,
  since: 'v2.0.0',
  completeSince: 'v2.1.0',
  work: [{ name: '#1', pull: 1, title: 'Gears', author: 'A', commit: oid, landed: oid, bundle: null, tag: 'v2.0.0' }],
  evidence: [
    {
      area: 'flag',
      key: 'operator/gears',
      change: 'added',
      weight: 'feature',
      before: null,
      after: '3',
      pair: null,
      doc: null,
      paths: ['main.go'],
      by: ['#1'],
      how: 'fact',
    },
  ],
  caveats: [],
  howTo: ['flag --gears'],
  risk: 'low',
  changelog: null,
  relevance: [],
  decision: { answer: null, owner: '', note: '' },
  ...more,
})

const document = (...features: Feature[]): ForkFeatures => {
  const count = (kind: Feature['kind']): number => features.filter((one) => one.kind === kind).length
  return {
    apiVersion: 'sparkops/v1',
    kind: 'ForkFeatures',
    from: { ref: 'v1', commit: oid, how: 'given', date: '2024-01-01T00:00:00.000Z' },
    to: { ref: 'v2', commit: oid, how: 'given', date: '2024-06-01T00:00:00.000Z' },
    changelog: null,
    company: { ref: 'acme', commits: 3 },
    summary: {
      breaking: count('breaking'),
      default: count('default'),
      feature: count('feature'),
      permission: 0,
      version: 0,
      fix: count('fix'),
      unclear: 0,
      other: count('other'),
      commits: 5,
      pulls: 4,
      nettedOut: 1,
    },
    features,
    nettedOut: [{ area: 'value', key: 'extra', what: 'added-then-removed', by: ['#8', '#9'] }],
    templates: { how: 'none' },
    limits: ['Templates are read as text.'],
    unread: [{ path: `a/${HOSTILE}`, why: 'no Go', at: 'v1' }],
  }
}

const hostile = feature({
  id: 'pr-2',
  kind: 'breaking',
  title: HOSTILE,
  what: HOSTILE,
  caveats: [HOSTILE],
  howTo: [HOSTILE],
  relevance: [{ how: 'duplicates', commit: oid, subject: HOSTILE, at: [HOSTILE] }],
  decision: { answer: 'later', owner: HOSTILE, note: '=1+1' },
  work: [
    { name: '#2', pull: 2, title: HOSTILE, author: HOSTILE, commit: null, landed: oid, bundle: HOSTILE, tag: null },
  ],
})
const all = document(hostile, feature(), feature({ id: 'pr-3', kind: 'fix', title: 'Mend gears' }))

async function terminal(found: ForkFeatures, width: number, isAll = false): Promise<string> {
  const style = styleOf({ color: false, ascii: false, width })
  let text = ''
  for await (const block of forkFeaturesView(isAll).blocks(found, { style, wide: false })) {
    if (typeof block === 'string') text += `${block}\n`
    else for await (const lines of renderTable(block, { style, headers: true, wide: false })) text += lines
  }
  return text
}

async function joined(chunks: Iterable<string> | AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const chunk of chunks) text += chunk
  return text
}

const proof = (verdict: 'proven' | 'unproven'): ShownProof =>
  parseProof(
    'proof.json',
    JSON.stringify({
      kind: 'ForkProof',
      verdict,
      base: { oid, name: 'v1' },
      onto: { oid, name: 'v2' },
      digest: 'd'.repeat(64),
      problems: verdict === 'proven' ? [] : [{ id: 'author', commit: oid, message: HOSTILE }],
      commits: [
        {
          old: oid,
          new: oid,
          subject: HOSTILE,
          author: 'A',
          fate: 'kept',
          class: 'identical',
          evidence: 'the same',
          rules: [],
          paths: [],
        },
        {
          old: oid,
          new: null,
          subject: 'b',
          author: 'A',
          fate: 'dropped',
          class: null,
          evidence: 'in #7',
          rules: ['patch-id'],
          paths: [],
        },
      ],
    }),
  )

describe('at a terminal', () => {
  it('keeps tables within 80 columns, and breaking changes first', async () => {
    const text = await terminal(all, 80)
    const rows = text
      .split('\n')
      .filter((line) => /^(WHAT|! |Several)/.test(line) && !line.includes('onerror=alert(1)>'))
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(80)
    expect(text.indexOf('Breaking changes (1)')).toBeLessThan(text.indexOf('New (1)'))
    expect(text).not.toContain('Mend gears')
    expect(await terminal(all, 80, true)).toContain('Mend gears')
  })

  it('shows what a name holds, and obeys none of it', async () => {
    const text = await terminal(all, 200, true)
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u001b\u202e]/)
    expect(text).toContain('\\x1b[31m')
  })

  it('has no column for a company or for decisions where there are none', async () => {
    const text = await terminal({ ...document(feature()), company: null }, 80)
    expect(text).not.toMatch(/OURS|DECISION/)
  })
})

describe('as a sheet', () => {
  it('has one row for each entry and runs no formula', async () => {
    const text = await joined(forkFeaturesView(false).formats!.csv!(all))
    expect(text.split('\n')[0]).toMatch(/^id,kind,title,what,.*answer,owner,note$/)
    expect(text).toContain("'=1+1")
    expect(text).toContain('pr-3')
  })
})

describe('as Markdown', () => {
  it('escapes everything from outside, in tables too', () => {
    const text = featuresMarkdown(all, proof('unproven'))
    expect(text).not.toContain('<img')
    expect(text).not.toMatch(/^\|.*[^\\]\| `x`/m)
    const columns = text
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.replace(/\\\|/g, '').split('|').length)
    expect(new Set(columns)).toEqual(new Set([9, 8]))
    expect(text).toContain('Not proven')
  })
})

describe('the proof of a move', () => {
  it.each([
    ['{', 'it is no JSON'],
    ['[]', 'the document is no object'],
    ['{"kind":"Other"}', 'not "ForkProof"'],
    ['{"kind":"ForkProof","base":{},"onto":{},"verdict":"fine"}', 'verdict is none of proven, unproven'],
    [
      '{"kind":"ForkProof","base":{"oid":"a","name":"b"},"onto":{"oid":"a","name":"b"},"verdict":"proven","digest":"d","commits":[{"old":1}],"problems":[]}',
      'commits[0].old is no text',
    ],
  ])('is refused with the field for %s', (text, why) => {
    expect(() => parseProof('p.json', text)).toThrow(why)
  })
})

describe('the documents', () => {
  it('have the shape that is promised', () => {
    expectMatchesSchema('fork-features', JSON.parse(JSON.stringify(all)))
  })

  it('are one in the report as JSON', () => {
    const report = JSON.parse(renderForkReport('json', all, proof('proven'))) as {
      kind: string
      proof: { verdict: string }
    }
    expect(report).toMatchObject({ kind: 'ForkReport', proof: { verdict: 'proven' } })
  })
})

describe('as a page', () => {
  const chromium = needs('chromium')
  const open = reportBrowser()

  it('lets nothing from outside be markup', () => {
    const page = featuresPage(all, proof('proven'))
    expect(page).not.toContain('<img')
    expect(page).not.toContain(HOSTILE)
    expect(page).toMatch(/content="default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'"/)
  })

  chromium.it('opens without a complaint, asks the network for nothing, and is no wider than a phone', async () => {
    const { page, complaints, requests } = await open(featuresPage(all, proof('unproven')), {
      viewport: { width: 390, height: 800 },
    })
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] })
    expect(await inPage<boolean>(page, 'document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    const ids = await inPage<string[]>(page, '[...document.querySelectorAll("[id]")].map((one) => one.id)')
    expect(new Set(ids).size).toBe(ids.length)
  })

  chromium.it('shows only what meets our patches, or only what is undecided, when asked', async () => {
    const { page } = await open(featuresPage(all))
    const visible = async (): Promise<number> =>
      await inPage<number>(
        page,
        '[...document.querySelectorAll(".entry")].filter((one) => one.offsetParent !== null).length',
      )
    expect(await visible()).toBe(2)
    await page.check('#show-ours', { force: true })
    expect(await visible()).toBe(1)
    await page.check('#show-open', { force: true })
    expect(await page.locator('.entry:visible h3').textContent()).toBe('Several gears')
  })

  chromium.it('is readable light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open(featuresPage(all), { colorScheme })
      const [ink, paper] = await inPage<string[]>(
        page,
        '(() => { const e = document.querySelector(".entry"); const s = getComputedStyle(e); return [s.color, s.backgroundColor] })()',
      )
      expect(contrast(ink!, paper!), colorScheme).toBeGreaterThan(7)
    }
  })
})

/** WCAG's contrast of two `rgb()` colours. */
function contrast(one: string, other: string): number {
  const [left, right] = [one, other].map((colour) => {
    const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((part) => {
      const share = Number(part) / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  })
  return (Math.max(left!, right!) + 0.05) / (Math.min(left!, right!) + 0.05)
}
