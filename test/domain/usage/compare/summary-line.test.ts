/** Every form in which YuniKorn has ever logged its summary, and what else stands in a log. */
import { describe, expect, it } from 'vitest'
import { readSummaryLine } from '../../../../src/domain/usage/compare/summary-line.ts'
import { LineError } from '../../../../src/domain/usage/scan/json-event.ts'

const HEAD = '2026-11-22T19:30:05.327Z\tINFO\tcore.scheduler.application.usage\tobjects/application_summary.go:60\t'
const TEXT =
  'YK_APP_SUMMARY: {ApplicationID: app-1, SubmissionTime: 1795375766000, StartTime: 1795375769185, ' +
  'FinishTime: 1795375805327, User: carol, Queue: root.default, State: Completed, RmID: mycluster, ' +
  'ResourceUsage: TrackedResource{p3.8xlarge:vcore=9000,UNKNOWN:vcore=4000,UNKNOWN:memory=51539607552}, ' +
  'PreemptedResource: TrackedResource{}, PlaceholderResource: TrackedResource{UNKNOWN:nvidia.com/gpu=9223372036854775807}}'
const FIELDS =
  '{"appID": "app-1", "submissionTime": 1795375766000, "startTime": 1795375769185, "finishTime": 1795375805327, ' +
  '"user": "carol", "queue": "root.default", "state": "Completed", "rmID": "mycluster", ' +
  '"resourceUsage": {"m5.xlarge":{"memory":9007199254740993,"vcore":1000},"UNKNOWN":{"vcore":1}}'
const ZAP_1_4 = `2023-04-05T06:07:08.900Z\tINFO\tcore.scheduler.application.usage\tobjects/application.go:134\tYK_APP_SUMMARY:\t${FIELDS}, "preemptedResource": {}}`
const ZAP_1_3 = `2023-04-05T06:07:08.900Z\tINFO\tobjects/application.go:127\tYK_APP_SUMMARY:\t${FIELDS}}`

describe('a line of YK_APP_SUMMARY', () => {
  it('is read in the text form of 1.5 and later, instance types summed up, integers exact', () => {
    const report = readSummaryLine(HEAD + TEXT)!
    expect(report).toMatchObject({
      application: 'app-1',
      submissionTime: 1795375766000,
      startTime: 1795375769185,
      finishTime: 1795375805327,
      user: 'carol',
      queue: 'root.default',
      state: 'Completed',
      instanceTypes: ['UNKNOWN', 'p3.8xlarge'],
    })
    expect([...report.kinds].sort()).toEqual(['placeholder', 'preempted', 'used'])
    expect([...report.usage.used]).toEqual([
      ['vcore', 13000n],
      ['memory', 51539607552n],
    ])
    expect([...report.usage.placeholder]).toEqual([['nvidia.com/gpu', 2n ** 63n - 1n]])
  })

  it('is read in the zap form of 1.4, which does not tell placeholders', () => {
    const report = readSummaryLine(ZAP_1_4)!
    expect(report.kinds).toEqual(['used', 'preempted'])
    expect([...report.usage.used]).toEqual([
      ['memory', 9007199254740993n],
      ['vcore', 1001n],
    ])
  })

  it('is read in the zap form of 1.3, which tells used resources only', () => {
    expect(readSummaryLine(ZAP_1_3)).toMatchObject({ application: 'app-1', kinds: ['used'] })
  })

  it('is read from a JSON encoder and from what a container runtime wraps around it', () => {
    const json14 = `{"level":"info","ts":1680674828.9,"msg":"YK_APP_SUMMARY:",${FIELDS.slice(1)},"preemptedResource":null}`
    const json15 = JSON.stringify({ level: 'info', msg: TEXT })
    for (const line of [json14, json15]) {
      const plain = readSummaryLine(line)
      expect(plain).toMatchObject({ application: 'app-1', finishTime: 1795375805327 })
      expect(readSummaryLine(JSON.stringify({ log: `${line}\n`, stream: 'stdout' }))).toEqual(plain)
    }
    expect(readSummaryLine(`2026-11-22T19:30:05Z stdout F ${HEAD}${TEXT}`)).toEqual(readSummaryLine(TEXT))
  })

  it('keeps odd names whole: users with commas, instance types with dashes, negative sums that wrapped', () => {
    const line = TEXT.replace('User: carol', 'User: CN=carol, O=sales')
      .replace('p3.8xlarge:vcore=9000', 'Standard_D8s-v3:hugepages-2Mi=-5')
      .replace('PreemptedResource: TrackedResource{}', 'PreemptedResource: <nil>')
    const report = readSummaryLine(line)!
    expect(report.user).toBe('CN=carol, O=sales')
    expect(report.usage.used.get('hugepages-2Mi')).toBe(-5n)
    expect(report.usage.preempted.size).toBe(0)
  })

  it('is passed over when it is another line', () => {
    expect(readSummaryLine('2026-11-22T19:30:05.327Z\tINFO\tcore\tx.go:1\tapplication completed')).toBeUndefined()
    expect(readSummaryLine('')).toBeUndefined()
  })

  it.each([
    ['cut in the middle', TEXT.slice(0, 200)],
    ['without a field', TEXT.replace(', Queue: root.default', '')],
    ['with an amount that is no integer', TEXT.replace('vcore=9000', 'vcore=9e3')],
    ['with fields that are no JSON', ZAP_1_4.slice(0, -20)],
    ['without its application', ZAP_1_4.replace('"appID"', '"app"')],
    ['with a fraction', ZAP_1_4.replace('1000', '1000.5')],
    ['with nothing', 'YK_APP_SUMMARY:'],
  ])('is refused %s', (_, line) => {
    expect(() => readSummaryLine(line)).toThrow(LineError)
  })
})
