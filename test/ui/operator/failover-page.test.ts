/** Pages about a failover: names of cluster objects are hostile, in HTML, in the picture, in Markdown and in XML. */
import { expect, it } from 'vitest'
import { concludeFailover } from '../../../src/domain/operator/failover/report.ts'
import { Sightings } from '../../../src/domain/operator/failover/sightings.ts'
import { failoverJunit } from '../../../src/ui/operator/failover-junit.ts'
import { renderFailover } from '../../../src/ui/operator/failover-page.ts'
import { application } from '../../support/operator/objects.ts'

const HOSTILE = '<img src=x onerror=alert(1)>|`\u001b[31m'
const T0 = Date.parse('2026-01-01T00:00:00Z')

function report() {
  const seen = new Sightings({ namespaces: null, isSelected: () => true, isTest: () => true })
  seen.application(application(HOSTILE, { state: '' }), T0 + 1000, false)
  const subject = {
    way: 'kill' as const,
    cluster: { id: 'x', name: HOSTILE },
    operator: { id: `spark/${HOSTILE}`, version: null, generation: '2.x' as const, replicas: 2 },
    lock: { form: 'Lease', namespace: 'spark', name: HOSTILE, durationSeconds: 15 },
    leader: { holder: HOSTILE, pod: HOSTILE, uid: 'u' },
  }
  const facts = { run: HOSTILE, begunAt: T0, removedAt: T0 + 500, notRemoved: null, endedAt: T0 + 60_000 }
  const taken = { holder: HOSTILE, at: T0 + 10_000 }
  const more = { settledMs: 1000, isWhole: true, refused: [{ name: HOSTILE, at: T0, why: HOSTILE }], unseen: [HOSTILE] }
  return concludeFailover(subject, { ...facts, taken, ...more }, seen)
}

it('shows hostile names and obeys none of them', () => {
  const html = renderFailover('html', report())
  const xml = [...failoverJunit(report())].join('')
  for (const text of [html, xml]) {
    expect(text).toContain('&lt;img src=x')
    expect(text).not.toContain('<img')
  }
  const markdown = renderFailover('markdown', report())
  expect(markdown).not.toMatch(/(?<!\\)<img/)
  expect(markdown).not.toMatch(/(?<!\\)`/)
  for (const text of [html, markdown, xml]) expect(text).not.toContain('\u001b')
})

it('says in a picture and in words how long it took', () => {
  const html = renderFailover('html', report())
  expect(html).toContain('The failover in time')
  expect(html).toContain('9.5s after it went')
})
