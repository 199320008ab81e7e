/** The report's parts as text: escaping, figures, scales, and how large a page can become. */
import { describe, expect, it } from 'vitest'
import { resourceOf } from '../../../src/domain/usage/report/resources.ts'
import { hours, hoursRange, meanRange, middle, moment, share, span } from '../../../src/ui/report/figures.ts'
import { html, scriptJson } from '../../../src/ui/report/html.ts'
import { renderReport } from '../../../src/ui/report/page.ts'
import { amountTicks, place, timeTicks } from '../../../src/ui/report/scale.ts'
import { fixture, HOSTILE } from './fixture.ts'

const SECOND = 1_000_000_000n
const CPU = resourceOf('vcore')

describe('markup', () => {
  it('escapes whatever is put in, in text and in attributes', () => {
    const { text } = html`<p title="${HOSTILE}">${HOSTILE}</p>`
    expect(text).toBe(
      `<p title="&lt;/script&gt;&lt;img src=x onerror=&quot;window.owned=1&quot;&gt;&#39;&quot;&amp;\\u2028\\u202e&lt;!--">` +
        `&lt;/script&gt;&lt;img src=x onerror=&quot;window.owned=1&quot;&gt;&#39;&quot;&amp;\\u2028\\u202e&lt;!--</p>`,
    )
  })

  it('takes markup as it is, lists one after another, and nothing for what is not there', () => {
    expect(html`<b>${html`<i>${1}</i>`}${[html`<u>a</u>`, '<']}${null}${undefined}${false}</b>`.text).toBe(
      '<b><i>1</i><u>a</u>&lt;</b>',
    )
  })

  it('leaves the indents of the source out, not the text', () => {
    const name = 'two\n  three'
    expect(
      html`<section>
        <p>one ${name}</p>
      </section>`.text,
    ).toBe('<section>\n<p>one two\\n  three</p>\n</section>')
  })

  it('writes JSON that cannot end its script and reads back the same, integers of any size included', () => {
    const value = { name: HOSTILE, small: 5n, large: 2n ** 60n }
    const { text } = scriptJson(value)
    expect(text).not.toMatch(/[<>&\u2028]/)
    expect(JSON.parse(text)).toEqual({ name: HOSTILE, small: 5, large: String(2n ** 60n) })
  })
})

describe('figures', () => {
  it('round bounds outwards, and exact figures to the nearest', () => {
    expect(hoursRange({ lower: 1000n * 3600n + 1n, upper: 2000n * 3600n + 1n }, CPU)).toBe('1.000 – 2.001')
    expect(hoursRange({ lower: 20_586_000n, upper: 20_586_000n }, CPU)).toBe('5.718')
    expect(hoursRange({ lower: 20_586_000n, upper: null }, CPU)).toBe('5.718 or more')
    expect(hours(3_600_000n * 1_234_567n, CPU)).toBe('1,234,567')
  })

  it('never round a share up to all of it', () => {
    expect(share(99_999n, 100_000n)).toBe('99.9 %')
    expect(share(1n, 1n)).toBe('100 %')
  })

  it('say one mean where two would read the same', () => {
    expect([meanRange(1.001, 1.002), meanRange(0, 12.34)]).toEqual(['1', '0 – 12.3'])
  })

  it('tell times in UTC, with the date where it is another', () => {
    const at = 1_795_375_836_045_613_753n
    expect(moment(at)).toBe('22 Nov 2026, 19:30:36.045')
    expect(moment(at, at)).toBe('19:30:36.045')
    expect([span(25n * SECOND), span(424n * SECOND), span(90_000n * SECOND)]).toEqual(['25 s', '7 min 4 s', '1 d 1 h'])
  })

  it('keep both ends of a long name', () => {
    expect(middle('a'.repeat(30) + 'z'.repeat(30), 11)).toBe('aaaaa…zzzzz')
    expect(middle('short')).toBe('short')
  })
})

describe('scales', () => {
  it('have round ticks that reach the highest value', () => {
    expect(amountTicks(105, 4)).toEqual([0, 50, 100, 150])
    expect(amountTicks(0, 4)).toEqual([0, 1])
    expect(amountTicks(NaN, 4)).toEqual([0, 1])
    expect(timeTicks(0n, 60n * SECOND).map(({ label }) => label)).toEqual([
      '00:00:10',
      '00:00:20',
      '00:00:30',
      '00:00:40',
      '00:00:50',
    ])
    expect(timeTicks(0n, 3_000_000_000n * SECOND).length).toBeLessThanOrEqual(8)
  })

  it('keep every moment within the picture', () => {
    expect([place(-5n, 0n, 10n), place(5n, 0n, 10n), place(50n, 0n, 10n), place(1n, 1n, 1n)]).toEqual([0, 50, 100, 0])
  })
})

describe('a page', () => {
  it('stays well below a megabyte with as much of everything as a report holds', () => {
    const most = fixture({ buckets: 181, queues: 9, resources: 4, ghosts: 120, compared: 200 })
    expect(renderReport(most).length).toBeLessThan(720_000)
  })

  it('allows its own style and script and nothing else', () => {
    const page = renderReport(fixture())
    expect(page).toMatch(
      /content="default-src 'none'; style-src 'sha256-[\w+/=]+'; script-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'"/,
    )
    expect(page).not.toMatch(/ style="| on\w+="|https?:|src=|url\((?!#)/)
  })

  it('says what is exact without bounds, ghosts or a comparison', () => {
    const calm = fixture({ ghosts: 0 })
    const page = renderReport({
      ...calm,
      headline: { ...calm.headline, ghosts: 0, restarts: 0, lateStarts: 0n, darkNanos: 0n },
      ghosts: { count: 0, byProof: { proven: 0, rule: 0, open: 0 }, groups: [], left: 0 },
      comparison: null,
      capacity: null,
    })
    const has = (text: string): boolean => page.replace(/\s+/g, ' ').includes(text)
    expect(has('There are none: the end of every allocation was seen')).toBe(true)
    expect([has('id="comparison"'), has('id="capacity"')]).toEqual([false, false])
  })
})
