/** Reports in a real browser: headless, with a profile of its own, and an eye on everything it asks the network for. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll } from 'vitest'
import { capabilityPath } from '../../support/capabilities.ts'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A page that is open, and what it did that it should not. */
export interface OpenReport {
  page: Page
  /** Errors and warnings of the console, and exceptions. */
  complaints: string[]
  /** Everything asked for beside the file itself. */
  requests: string[]
}

/** A browser for one file of tests; it is closed at their end. */
export function reportBrowser(): (html: string, options?: BrowserContextOptions) => Promise<OpenReport> {
  const directory = mkdtempSync(join(tmpdir(), 'sparkops-browser-'))
  let browser: Promise<Browser> | undefined
  let count = 0
  afterAll(async () => {
    await (await browser)?.close()
    rmSync(directory, { recursive: true, force: true })
  })
  return async (html, options = {}) => {
    browser ??= chromium.launch({ executablePath: capabilityPath('chromium')!, headless: true, args: FLAGS })
    const file = join(directory, `report-${count++}.html`)
    writeFileSync(file, html)
    const url = pathToFileURL(file).href
    const page = await (await (await browser).newContext(options)).newPage()
    const opened: OpenReport = { page, complaints: [], requests: [] }
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) opened.complaints.push(message.text())
    })
    page.on('pageerror', (error) => opened.complaints.push(String(error)))
    page.on('request', (request) => {
      if (request.url() !== url) opened.requests.push(request.url())
    })
    await page.goto(url)
    return opened
  }
}

/** The value of an expression in the page. As text: the types of a browser are not those of this project. */
export async function inPage<Value>(page: Page, expression: string): Promise<Value> {
  return await page.evaluate<Value>(expression)
}

/** The colours of the first such element, and of the ground it stands on. */
export async function coloursOf(
  page: Page,
  selector: string,
): Promise<Record<'ink' | 'fill' | 'stroke' | 'ground', string>> {
  return await inPage(
    page,
    `(() => {
      const element = document.querySelector('${selector}')
      const { color: ink, fill, stroke } = getComputedStyle(element)
      let ground = 'rgba(0, 0, 0, 0)'
      for (let at = element; at !== null && / 0\\)$/.test(ground); at = at.parentElement) ground = getComputedStyle(at).backgroundColor
      return { ink, fill, stroke, ground }
    })()`,
  )
}
