/** Events and log lines for people. */
import type { ApplicationEvents, EventRow } from '../../domain/app/events.ts'
import type { LogLine } from '../../domain/app/logs.ts'
import { sanitize, sanitizeText } from '../sanitize.ts'
import { table } from '../table.ts'
import type { Block, View } from '../view.ts'

export const eventsView: View<ApplicationEvents> = {
  *blocks({ items, application }): Generator<Block> {
    if (items.length === 0) yield sanitize(`no events about ${application}; a cluster keeps them for an hour or so`)
    else
      yield table(
        [
          { header: 'at', value: (row: EventRow) => row.at.replace(/\.\d+/, ''), shrink: 'never' },
          { header: 'about', value: (row) => row.about, shrink: 'middle' },
          { header: 'reason', value: (row) => ({ text: row.reason, tone: row.type === 'Warning' ? 'yellow' : 'dim' }) },
          { header: 'times', value: (row) => row.count },
          { header: 'message', value: (row) => row.message },
        ],
        items,
      )
  },
}

/** One event on one line. */
export function eventLine({ at, type, about, reason, message }: EventRow): string {
  return `${sanitize(`${at} ${type === 'Warning' ? 'Warning ' : ''}${about} ${reason}: ${message}`)}\n`
}

/** One line of a log; what a terminal could obey is shown, tabs are kept. */
export function logLine({ pod, text }: LogLine, hasPrefix: boolean): string {
  return `${hasPrefix ? `${sanitize(pod)} ` : ''}${sanitizeText(text)}\n`
}
