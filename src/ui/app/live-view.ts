/** Applications as they change: one line for what is new of each. */
import type { ApplicationList, ApplicationStatus } from '../../domain/app/list.ts'
import type { ApplicationRow } from '../../domain/app/row.ts'
import { sanitize } from '../sanitize.ts'
import { applicationListView, applicationStatusView } from './list-view.ts'

/** The list, and a line for each application that came, changed or went. */
export const liveListView = {
  ...applicationListView,
  changes: ({ items }: ApplicationList, before: ApplicationList | undefined): string[] => {
    const known = new Map(before?.items.map((row) => [row.uid, lineOf(row)]))
    const news = items.map((row) => [row.uid, lineOf(row)] as const).filter(([uid, line]) => known.get(uid) !== line)
    const there = new Set(items.map(({ uid }) => uid))
    const gone = (before?.items ?? []).filter(({ uid }) => !there.has(uid))
    return [
      ...news.map(([, line]) => line),
      ...gone.map(({ namespace, name }) => `${sanitize(`${namespace}/${name}`)} DELETED`),
    ]
  },
}

/** One application, and a line whenever something of it changed. */
export const liveStatusView = {
  ...applicationStatusView,
  changes: ({ application }: ApplicationStatus, before: ApplicationStatus | undefined): string[] => {
    const line = lineOf(application)
    return before !== undefined && lineOf(before.application) === line ? [] : [line]
  },
}

/** `jobs/etl RUNNING driver=Running executors=2/3 run=1`, and why it does not get on. */
function lineOf({ namespace, name, state, driver, executors, attempts, failure }: ApplicationRow): string {
  const parts = [
    `${namespace}/${name}`,
    state,
    `driver=${driver === null ? 'none' : (driver.waiting ?? driver.phase)}`,
    `executors=${executors.running}${executors.wanted === null ? '' : `/${executors.wanted}`}`,
    `run=${attempts.executions}`,
    ...(failure === null ? [] : [failure.reason]),
  ]
  return sanitize(parts.join(' '))
}
