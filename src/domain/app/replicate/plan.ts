/** `app replicate`: the plan of running copies of real jobs. Nothing is created while it is made. */
import type { Cluster, KubeObject } from '../../../ports/cluster.ts'
import { API_VERSION } from '../../document.ts'
import { SparkopsError } from '../../errors.ts'
import type { Sight } from '../../operator/discover/sight.ts'
import { digestOf, toJson } from '../../plan/json.ts'
import type { Finding, Plan, Step } from '../../plan/plan.ts'
import { sealPlan } from '../../plan/seal.ts'
import { mapAt } from '../../pods/json.ts'
import { keyOf } from '../read.ts'
import { applicationTypeOf } from '../run/context.ts'
import { missingFinding, outputFindings, refusedFinding, unknownFinding, unseenFinding } from './findings.ts'
import { copyName, copyOf, type CopyWishes } from './identity.ts'
import { dataPlaces, mapAddresses } from './places.ts'
import { missingReferences, referencesOf } from './references.ts'

export interface ReplicationQuestion extends CopyWishes {
  originals: readonly KubeObject[]
  /** Addresses that copies write elsewhere. */
  maps: readonly (readonly [from: string, to: string])[]
  /** Addresses that copies may write where the originals do. */
  allowed: readonly string[]
  atOnce: number
  toolVersion: string
  now: number
}

export async function planReplication(cluster: Cluster, sight: Sight, question: ReplicationQuestion): Promise<Plan> {
  const { originals, run, atOnce, now, toolVersion } = question
  if (originals.length === 0) throw nothingChosen()
  const { identity } = cluster
  const findings: Finding[] = []
  const steps: Step[] = []
  const taken = new Set<string>()
  for (const original of originals) {
    const name = copyName(original.metadata.name, run.slice(-6), taken)
    taken.add(name)
    const scrubbed = copyOf(original, name, question)
    const copy = { ...scrubbed, spec: mapAddresses(mapAt(scrubbed, 'spec'), question.maps) }
    findings.push(...(await findingsOf(original, copy, { cluster, sight, question })))
    steps.push(copyStep(original, copy, { run, atOnce, number: steps.length + 1 }))
  }
  findings.push(...sight.unseen.map(unseenFinding))
  return sealPlan({
    apiVersion: API_VERSION,
    kind: 'ApplicationReplicationPlan',
    schema: 1,
    tool: { name: 'sparkops', version: toolVersion },
    createdAt: new Date(now).toISOString(),
    target: { kind: 'cluster', id: identity.uid, name: identity.context ?? identity.server },
    inputs: originals.map((original) => ({ of: originalKey(original), value: originalDigest(original) })),
    steps,
    findings,
    summary: { copies: steps.length, atOnce, run },
  })
}

/** How inputs name an original: `sparkapplications/jobs/etl`. */
export function originalKey({ kind, metadata }: KubeObject): string {
  const resource = kind === 'ScheduledSparkApplication' ? 'scheduledsparkapplications' : 'sparkapplications'
  return `${resource}/${keyOf(metadata.namespace, metadata.name)}`
}

export function originalDigest(original: KubeObject): string {
  return digestOf(original.spec)
}

async function findingsOf(
  original: KubeObject,
  copy: KubeObject,
  { cluster, sight, question }: { cluster: Cluster; sight: Sight; question: ReplicationQuestion },
): Promise<Finding[]> {
  const key = keyOf(original.metadata.namespace, original.metadata.name)
  const spec = mapAt(copy, 'spec')
  const { places, unknowable } = dataPlaces(spec)
  // What the original names is where it writes; what was mapped is no longer among it.
  const before = new Set(dataPlaces(mapAt(original, 'spec')).places.map(({ path, address }) => `${path} ${address}`))
  const kept = places.filter(({ path, address }) => before.has(`${path} ${address}`))
  const missing = await missingReferences(sight, referencesOf(spec), copy.metadata.namespace ?? '')
  const refusal = await refusalOf(cluster, copy)
  return [
    ...outputFindings(key, kept, question.allowed),
    ...missing.map((reference) => missingFinding(key, reference, copy.metadata.namespace ?? '')),
    ...(refusal === undefined ? [] : [refusedFinding(key, refusal)]),
    unknownFinding(key, unknowable, question.image),
  ]
}

async function refusalOf(cluster: Cluster, copy: KubeObject): Promise<SparkopsError | undefined> {
  try {
    const type = applicationTypeOf(copy.apiVersion.split('/')[1]!)
    await cluster.create(type, copy, { dryRun: true, fieldValidation: 'Strict' })
    return undefined
  } catch (error) {
    if (error instanceof SparkopsError && error.exit !== 'unreachable') return error
    throw error
  }
}

function copyStep(
  original: KubeObject,
  copy: KubeObject,
  { run, atOnce, number }: { run: string; atOnce: number; number: number },
): Step {
  const { namespace = '', name } = copy.metadata
  const version = copy.apiVersion.split('/')[1]!
  return {
    id: `copy/${String(number).padStart(4, '0')}`,
    verb: 'create-copy',
    object: `sparkapplications/${namespace}/${name}`,
    title: `Run ${namespace}/${name}, a copy of ${keyOf(original.metadata.namespace, original.metadata.name)}`,
    before: null,
    after: toJson(copy),
    inverse: { verb: 'delete-application', payload: { version, namespace, name, uid: '' } },
    payload: toJson({ version, object: copy, run, atOnce }),
  }
}

function nothingChosen(): SparkopsError {
  return new SparkopsError({
    code: 'SO_NOTHING_CHOSEN',
    message: 'no application was chosen to run a copy of',
    why: 'none has these labels in this namespace',
    hint: 'sparkops app list shows what is there; name some, or use -l or --schedule',
  })
}
