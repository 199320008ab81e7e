/** The report in a real browser: what people see, on every screen and on paper, and what a hostile name cannot do. */
import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import type { UsageReport } from '../../../src/domain/usage/report/usage-report.ts'
import { hoursRange, meanRange } from '../../../src/ui/report/figures.ts'
import { renderReport } from '../../../src/ui/report/page.ts'
import { meansOf } from '../../../src/ui/report/time-chart.ts'
import { needs } from '../../support/capabilities.ts'
import { coloursOf, inPage, reportBrowser } from './browser.ts'
import { fixture, HOSTILE } from './fixture.ts'

const { it } = needs('chromium')
const open = reportBrowser()
const report = fixture()
const PAPER = 'getComputedStyle(document.body).backgroundColor'

describe('a report in a browser', () => {
  it('opens without a complaint and asks the network for nothing', async () => {
    const { page, complaints, requests } = await open(renderReport(report))
    await page.mouse.move(400, 700)
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] })
  })

  it('has a picture of each kind, each with a title and a description of its own', async () => {
    const { page } = await open(renderReport(report))
    const pictures = await inPage<string[][]>(
      page,
      `[...document.querySelectorAll('svg[role=img]')].map((one) =>
        one.getAttribute('aria-labelledby').split(' ').map((id) => document.getElementById(id).textContent))`,
    )
    // For each of two resources: all queues, three queues, capacity, uncertainty; ghosts, comparison and coverage once.
    expect(pictures.length).toBe(2 * (4 + 1 + 1) + 3)
    for (const texts of pictures) expect(texts.filter((text) => text.length > 10)).toHaveLength(2)
    const ids = await inPage<string[]>(page, `[...document.querySelectorAll('[id]')].map((one) => one.id)`)
    expect(ids.length).toBe(new Set(ids).size)
    for (const id of ['time', 'applications', 'ghosts', 'comparison', 'capacity', 'quality'])
      expect(await page.locator(`section#${id} h2`).isVisible(), id).toBe(true)
  })

  it('stands as it is without script', async () => {
    const { page } = await open(renderReport(report), { javaScriptEnabled: false })
    expect(await page.locator('.of-0 .panel.whole .plot').first().isVisible()).toBe(true)
    expect(await page.locator('.moment').isVisible()).toBe(false)
  })

  it('says in its tables what its data says', async () => {
    const { page } = await open(renderReport(report))
    const data = JSON.parse((await page.locator('#report-data').textContent())!) as Jsonified
    for (const [index, resource] of report.resources.entries()) {
      const rows = await tableRows(page, `Numbers over time: ${resource.label}`)
      const edges = data.edges.map(BigInt)
      const means = (queue: Jsonified['all'], side: 'lower' | 'upper'): number[] =>
        meansOf(queue.series[index]![side].map(BigInt), edges, resource.perUnit)
      const columns = [data.all, ...data.queues].map((queue) => {
        const [lower, upper] = [means(queue, 'lower'), means(queue, 'upper')]
        return lower.map((least, bucket) => meanRange(least, upper[bucket]!))
      })
      expect(rows.map((row) => row.slice(1))).toEqual(
        columns[0]!.map((_, bucket) => columns.map((one) => one[bucket]!)),
      )
      const totals = await tableRows(page, `Numbers by queue: ${resource.label}`)
      expect(totals.map((row) => row[1])).toEqual(
        [...data.queues, data.all].map(({ totals: sums }) =>
          hoursRange({ lower: BigInt(sums[index]!.lower), upper: BigInt(sums[index]!.upper) }, resource),
        ),
      )
    }
  })

  it('shows one resource at a time, chosen by the keyboard', async () => {
    const { page } = await open(renderReport(report))
    const isShown = (index: number): Promise<boolean> => page.locator(`#time .of-${index}`).isVisible()
    expect([await isShown(0), await isShown(1)]).toEqual([true, false])
    await page.locator('#pick-0').focus()
    await page.keyboard.press('ArrowRight')
    expect([await isShown(0), await isShown(1)]).toEqual([false, true])
  })

  it('tells the figures at a moment, by slider and by pointer', async () => {
    const { page } = await open(renderReport(report))
    await page.locator('.moment input').focus()
    await page.keyboard.press('End')
    const last = report.edges.length - 2
    const cores = (bucket: number): string =>
      `${meanRange(meansOf(report.all.series[0]!.lower, report.edges, 1000n)[bucket]!, meansOf(report.all.series[0]!.upper, report.edges, 1000n)[bucket]!)} cores`
    const said = page.locator('.of-0 .panel.whole .at').first()
    expect(await said.textContent()).toBe(cores(last))
    expect(await page.locator('.moment input').getAttribute('aria-valuetext')).toContain(cores(last))
    const box = (await page.locator('.of-0 .panel.whole .plot').first().boundingBox())!
    await page.mouse.move(box.x + (box.width * 21.5) / 60, box.y + 40)
    expect(await said.textContent()).toBe(cores(21))
  })

  it.each([320, 480, 768, 1024, 1600])('fits a screen of %i pixels without scrolling sideways', async (width) => {
    for (const name of [
      undefined,
      (kind: string, index: number) => `${kind}-${'very-long-name-'.repeat(12)}${index}`,
    ]) {
      const { page } = await open(renderReport(fixture(name === undefined ? {} : { name })), {
        viewport: { width, height: 800 },
      })
      await inPage(page, `for (const fold of document.querySelectorAll('details')) fold.open = true`)
      expect(await inPage<number>(page, 'document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    }
  })

  it.each(['light', 'dark'] as const)('can be read in %s', async (colorScheme) => {
    const { page } = await open(renderReport(report), { colorScheme })
    expect(luminance(await inPage<string>(page, PAPER)) > 0.5).toBe(colorScheme === 'light')
    const texts = ['.lead', '.remark', '.value', 'figcaption .sum', 'summary', 'caption', 'td', '.legend li']
    for (const selector of texts) {
      const { ink, ground } = await coloursOf(page, selector)
      expect(contrast(ink, ground), selector).toBeGreaterThanOrEqual(4.5)
    }
    for (const selector of ['.amount', '.when', '.row-name']) {
      const { fill, ground } = await coloursOf(page, selector)
      expect(contrast(fill, ground), selector).toBeGreaterThanOrEqual(4.5)
    }
    for (const selector of ['.lower', '.band', '.whisker']) {
      const { stroke, ground } = await coloursOf(page, selector)
      expect(contrast(stroke, ground), selector).toBeGreaterThanOrEqual(3)
    }
  })

  it('moves nothing for those who ask for that', async () => {
    const { page } = await open(renderReport(report), { reducedMotion: 'reduce' })
    const duration = await inPage<string>(
      page,
      `getComputedStyle(document.querySelector('.picker span')).transitionDuration`,
    )
    expect(duration).toBe('0s')
  })

  it('prints all figures and tables, light, without what can only be used on a screen', async () => {
    const { page } = await open(renderReport(report), { colorScheme: 'dark' })
    const pdf = await page.pdf({ format: 'A4', printBackground: true })
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    await page.emulateMedia({ media: 'print' })
    for (const selector of ['.picker', '.moment', 'summary'])
      expect(await page.locator(selector).first().isVisible(), selector).toBe(false)
    for (const index of [0, 1]) expect(await page.locator(`#time .of-${index} .plot`).first().isVisible()).toBe(true)
    const folded = await inPage<number>(
      page,
      `[...document.querySelectorAll('details table')].filter((one) => !one.checkVisibility({ contentVisibilityAuto: true })).length`,
    )
    expect(folded).toBe(0)
    expect(luminance(await inPage<string>(page, PAPER))).toBeGreaterThan(0.9)
  })

  it('does nothing that a hostile name tells it', async () => {
    const hostile = fixture({ name: (_, index) => HOSTILE + String(index) })
    const { page, complaints, requests } = await open(renderReport(hostile))
    await page.locator('.moment input').focus()
    await page.keyboard.press('ArrowRight')
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] })
    expect(await inPage<boolean>(page, `'owned' in window`)).toBe(false)
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.locator('script').count()).toBe(2)
    const data = JSON.parse((await page.locator('#report-data').textContent())!) as Jsonified
    expect(data.queues[0]!.name).toBe(`${HOSTILE}0`)
    // Marks that reorder text are shown, not obeyed.
    expect(await page.locator('.panel .name').nth(1).textContent()).toContain('\\u202e')
  })
})

interface Jsonified {
  edges: string[]
  all: Record<'series', Record<'lower' | 'upper', (number | string)[]>[]> & {
    totals: Record<'lower' | 'upper', number>[]
  }
  queues: (Jsonified['all'] & { name: UsageReport['all']['name'] })[]
}

async function tableRows(page: Page, summary: string): Promise<string[][]> {
  const table = page.locator(`.scroll[aria-label="${summary}"] table`)
  expect(await table.locator('th[scope=col]').count()).toBeGreaterThan(1)
  return await inPage<string[][]>(
    page,
    `[...document.querySelectorAll('.scroll[aria-label="${summary}"] tbody tr')].map((row) =>
      [...row.children].map((cell) => cell.textContent.trim()))`,
  )
}

/** Relative luminance as WCAG 2 defines it. */
function luminance(colour: string): number {
  const [r, g, b] = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => {
    const channel = Number(part) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light! + 0.05) / (dark! + 0.05)
}
