/** The flags that say what pods are held against, and what they name. Exactly one truth may be given. */
import { Flags } from '@oclif/core'
import { refuseBroken } from '../domain/app/schema/check-application.ts'
import { SparkopsError } from '../domain/errors.ts'
import { dryRunPods } from '../domain/pods/dry-run/dry-run.ts'
import { type Expectation, readExpectation } from '../domain/pods/expect/read-expectations.ts'
import { isMap, textAt } from '../domain/pods/json.ts'
import type { SpecTruth } from '../domain/pods/verify-spec.ts'
import { type Truth, byApplication } from '../domain/pods/verify-pods.ts'
import { versionOf } from '../domain/pods/versions.ts'
import { operatorVersion } from '../domain/pods/webhook/operator-versions.ts'
import type { PodSet } from '../domain/pods/pod-set.ts'
import { malformed } from '../domain/pods/read-objects.ts'
import type { KubeFlags } from './kube-flags.ts'
import { readDocuments, readPods, refuseTwoInputs } from './pods-flags.ts'
import { openCluster } from './wiring.ts'

/** The flags that each name a truth. */
export const truthFlags = {
  expect: Flags.string({ summary: 'expectations to hold the pods against', helpValue: 'FILE', multiple: true }),
  baseline: Flags.string({ summary: 'pods that had the webhook, or ran another image', helpValue: 'DIR' }),
  provenance: Flags.boolean({ summary: 'prove from managedFields that nothing came from a webhook' }),
  'dry-run': Flags.boolean({ summary: 'ask the cluster what its webhook does to the pods; nothing is stored' }),
}

export const specFlags = {
  'from-spec': Flags.string({ summary: 'SparkApplication whose webhook fields are the truth', helpValue: 'APP' }),
  'operator-version': Flags.string({ summary: 'with --from-spec: the operator whose webhook it was', helpValue: 'V' }),
  'spark-version': Flags.string({
    summary: 'with --from-spec: the Spark of the job, where pods do not say',
    helpValue: 'V',
  }),
  ideal: Flags.boolean({ summary: 'with --from-spec: leave the defects of that version out' }),
}

interface SpecFlags {
  'operator-version': string | undefined
  'spark-version': string | undefined
  ideal: boolean
}

interface TruthFlags extends SpecFlags, KubeFlags {
  expect: string[] | undefined
  'from-spec': string | undefined
  baseline: string | undefined
  provenance: boolean
  'dry-run': boolean
}

/** Throws exit 64 unless one truth is asked for, and flags that go with another are left out. */
export function requireOneTruth(flags: TruthFlags, pods: string): void {
  const { expect, baseline, provenance, 'from-spec': spec } = flags
  const asked = [
    expect?.length ? '--expect' : '',
    spec && '--from-spec',
    baseline && '--baseline',
    provenance ? '--provenance' : '',
    flags['dry-run'] ? '--dry-run' : '',
  ]
  if (asked.filter(Boolean).length !== 1)
    throw usage('give exactly one of --expect, --from-spec, --baseline, --provenance, --dry-run')
  refuseTwoInputs([pods, spec, baseline, ...(expect ?? [])])
  if (spec === undefined) refuseSpecFlags(flags)
}

/** The one truth that was asked for. A dry run asks the cluster about the pods. */
export async function readTruth(flags: TruthFlags, actual: PodSet, signal: AbortSignal): Promise<Truth> {
  const { expect, baseline, provenance, 'from-spec': spec } = flags
  if (flags['dry-run']) return await askCluster(flags, actual, signal)
  if (spec !== undefined) return { kind: 'spec', from: spec, ...(await readSpec(flags, spec)) }
  if (baseline !== undefined) return { kind: 'baseline', from: baseline, pods: (await readPods(baseline)).pods }
  if (provenance) return { kind: 'provenance' }
  const documents = await readDocuments(expect ?? [])
  return {
    kind: 'expectations',
    from: (expect ?? []).join(', '),
    expectations: documents.flatMap(({ document, where }) => expectationsOf(document, where)),
  }
}

async function askCluster(flags: KubeFlags, { pods }: PodSet, signal: AbortSignal): Promise<Truth> {
  const cluster = await openCluster(flags)
  const { namespace, server } = cluster.identity
  const shapes = [...byApplication(pods)].map(({ shape }) => shape)
  return { kind: 'dry-run', from: server, ...(await dryRunPods({ cluster, shapes, namespace, signal })) }
}

/** What `pods expect -o yaml` writes is a list of them. */
function expectationsOf(document: unknown, where: string): Expectation[] {
  if (!isMap(document) || document['kind'] !== 'PodExpectationList' || !Array.isArray(document['items']))
    return [readExpectation(document, where)]
  return document['items'].map((item, index) => readExpectation(item, `${where}, items[${index}]`))
}

/** The application of a file and the operator that is said to have run. */
export async function readSpec(flags: SpecFlags, path: string): Promise<SpecTruth> {
  if (flags['operator-version'] === undefined) throw usage('--from-spec needs --operator-version')
  if (flags['spark-version'] !== undefined && versionOf(flags['spark-version']) === undefined)
    throw usage(`--spark-version ${flags['spark-version']} is no version`)
  const operator = operatorVersion(flags['operator-version'])
  const found = (await readDocuments([path])).filter(({ document }) => textAt(document, 'kind') === 'SparkApplication')
  if (found.length !== 1) throw malformed(path, `it holds ${found.length} SparkApplications, not one`)
  const { document, where } = found[0]!
  if (!isMap(document)) throw malformed(where, 'it is no map')
  refuseBroken(document, operator.parts, () => where)
  return { application: document, operator, sparkVersion: flags['spark-version'], isIdeal: flags.ideal }
}

function refuseSpecFlags(flags: SpecFlags): void {
  if (flags['operator-version'] !== undefined || flags['spark-version'] !== undefined || flags.ideal)
    throw usage('--operator-version, --spark-version and --ideal go with --from-spec')
}

/** The error for flags that do not go together. */
export function usage(message: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_USAGE',
    message,
    why: 'pods are held against one truth at a time',
    hint: '--help shows an example of each',
    exit: 'usage',
  })
}
