// Two implementations of docs/usage-rules.md, the SQL with its judge and the state machine of the tests, say the same of
// every lifetime, and both hold the truth of simulated clusters.
import { describe, expect, it } from 'vitest'
import { againstTruth } from '../../support/usage/oracle/against-truth.ts'
import { type JudgedLifetime, oracle } from '../../support/usage/oracle/oracle.ts'
import { connectionsOf, evidence, readStreams } from '../../support/usage/oracle/parse.ts'
import { streamConnections } from '../../support/usage/simulator/dumps.ts'
import { randomParams } from '../../support/usage/simulator/params.ts'
import { simulate } from '../../support/usage/simulator/simulate.ts'
import { lifetimesOf, type ProductLifetime } from '../../support/usage/claims.ts'
import { input, recordedLines, withLedger } from '../../support/usage/ledgers.ts'

/** Seeds of simulated clusters, with crashes anywhere, of YuniKorn 1.5 to 1.9. */
const SEEDS = Array.from({ length: 24 }, (_, index) => index)

async function productOf(connections: readonly string[]): Promise<ProductLifetime[]> {
  const files = connections.map((text, index) => input(`connection-${index}.jsonl`, text))
  return await withLedger(files, lifetimesOf)
}

/** Where the two differ, told so that one can look for it. */
function differences(ours: readonly ProductLifetime[], theirs: readonly JudgedLifetime[]): string[] {
  const wanted = new Map(theirs.map((one) => [`${one.key} from ${one.start}`, one]))
  const found = ours.flatMap((one) => {
    const name = `${one.key} from ${one.start}`
    const other = wanted.get(name)
    wanted.delete(name)
    if (other === undefined) return [`${name}: not in the oracle`]
    const same = other.lower === one.lower && other.upper === one.upper && other.app === one.app
    return same
      ? []
      : [`${name}: ${one.lower}..${one.upper} (${one.rule}), oracle ${other.lower}..${other.upper} (${other.rule})`]
  })
  return [...found, ...[...wanted.keys()].map((name) => `${name}: not in the product`)]
}

describe('product and oracle', () => {
  it.each(['examples/steady/stream.jsonl.gz', 'examples/restart/stream.jsonl.gz'])(
    'say the same of every lifetime in %s',
    async (recording) => {
      const connections = connectionsOf(`${recordedLines(recording).join('\n')}\n`)
      const answer = oracle(evidence(readStreams(connections)))
      expect(differences(await productOf(connections), answer.lifetimes)).toEqual([])
    },
  )

  it.each(SEEDS)('say the same of every lifetime in simulated cluster %i, and the truth lies within', async (seed) => {
    const simulation = simulate(randomParams(seed))
    const connections = streamConnections(simulation)
    const ours = await productOf(connections)
    const { lifetimes } = oracle(evidence(readStreams(connections)))
    expect(differences(ours, lifetimes)).toEqual([])
    expect(againstTruth(simulation, ours).violations).toEqual([])
    // Kinds are inferred; the oracle also reads the order of user events, which decides one in some thousands.
    const kinds = new Map(lifetimes.map((one) => [`${one.key} from ${one.start}`, one.kind]))
    const otherKind = ours.filter((one) => kinds.get(`${one.key} from ${one.start}`) !== one.kind)
    expect(otherKind.length).toBeLessThanOrEqual(1)
  })
})
