/** A failover as JUnit XML: a case for the next leader, and one for each application that is told. */
import type { FailoverReport } from '../../domain/operator/failover/report.ts'
import { escapeXml, xmlAttribute as attribute } from '../xml.ts'
import { headlines } from './failover-words.ts'

const FAILS = new Set(['lost', 'twice', 'restarted', 'missed'])

export function* failoverJunit(report: FailoverReport): Generator<string> {
  const { items, unseen, leader, durations } = report
  const failures = items.filter(({ verdict }) => FAILS.has(verdict)).length + (leader.after === null ? 1 : 0)
  const errors = unseen.length + items.filter(({ verdict }) => verdict === 'unseen').length
  const time = durations.reconciled === null ? '' : attribute('time', durations.reconciled / 1000)
  yield '<?xml version="1.0" encoding="UTF-8"?>\n'
  yield `<testsuites name="sparkops operator failover">\n`
  yield `  <testsuite${attribute('name', `${report.operator.id} ${report.way}`)}${attribute('tests', items.length + unseen.length + 1)}${attribute('failures', failures)}${attribute('errors', errors)}${attribute('timestamp', report.times.begun.slice(0, 19))}>\n`
  const text = escapeXml(
    headlines(report)
      .map(([label, value]) => `${label}: ${value}`)
      .join('\n'),
  )
  yield `    <testcase classname="leader" name="another one leads and works"${time}>`
  yield leader.after === null
    ? '<failure type="no leader" message="nobody took over"/>'
    : `<system-out>${text}</system-out>`
  yield '</testcase>\n'
  for (const { kind, name, verdict, why } of items) {
    const head = `    <testcase${attribute('classname', kind)}${attribute('name', name)}`
    if (FAILS.has(verdict))
      yield `${head}><failure${attribute('type', verdict)}${attribute('message', why)}/></testcase>\n`
    else if (verdict === 'unseen') yield `${head}><error${attribute('message', why)}/></testcase>\n`
    else yield why === '' ? `${head}/>\n` : `${head}><system-out>${escapeXml(why)}</system-out></testcase>\n`
  }
  for (const what of unseen)
    yield `    <testcase classname="seen"${attribute('name', what)}><error${attribute('message', what)}/></testcase>\n`
  yield '  </testsuite>\n</testsuites>\n'
}
