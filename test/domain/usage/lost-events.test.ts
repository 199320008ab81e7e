// Events that were lost without a trace in the dump: what is left must not turn into a wrong bill.
import { expect, it } from 'vitest'
import { answerOf, inputs, recordedLines } from '../../support/usage/ledgers.ts'

it('leaves an end without a beginning open above and at nothing below when no gap explains it', async () => {
  const lines = recordedLines('examples/restart/stream.jsonl.gz')
  const pieced = [...lines.slice(-9000, -7000), ...lines.slice(-4000)]
  const { items } = await answerOf(inputs(pieced))
  const whole = new Map(
    (await answerOf(inputs(lines))).items.map((item) => [`${item.by['app']} ${item.kind} ${item.resource}`, item]),
  )
  for (const item of items) {
    const upper = whole.get(`${item.by['app']} ${item.kind} ${item.resource}`)?.upper
    if (upper === undefined || upper === null) continue
    expect(BigInt(item.lower), `${item.by['app']} ${item.kind} ${item.resource}`).toBeLessThanOrEqual(BigInt(upper))
  }
})
