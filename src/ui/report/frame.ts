/**
 * The frame of every report: one HTML file that needs nothing else, no network, no fonts, no frames. Its policy allows
 * its own style and script by their hashes and nothing beside; without script it stands as it is.
 */
import { createHash } from 'node:crypto'
import { code, html, type Markup, scriptJson } from './html.ts'

export interface ReportPage {
  title: string
  style: string
  body: Markup
  /** Runs when all else is there; finds `data` in `#report-data`. */
  script?: string
  data?: unknown
}

/** The page's text. */
export function renderPage({ title, style, body, script, data }: ReportPage): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy(style, script)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="sparkops" />
        <title>${title}</title>
        ${code(`<style>${style}</style>`)}
      </head>
      <body>
        ${body}${
          data !== undefined &&
          html`<script type="application/json" id="report-data">
            ${scriptJson(data)}
          </script> `
        }${script !== undefined && code(`<script>${script}</script>`)}
      </body>
    </html> `.text
}

function policy(style: string, script: string | undefined): Markup {
  const scripts = script === undefined ? '' : ` script-src '${hash(script)}';`
  return code(`default-src 'none'; style-src '${hash(style)}';${scripts} base-uri 'none'; form-action 'none'`)
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`
}
