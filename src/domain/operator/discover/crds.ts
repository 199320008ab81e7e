/** The definitions of the operator's kinds, as the cluster has them. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { type CrdReading, readCrd } from '../schema/crd.ts'
import { schemaIdentity, type SchemaIdentity } from '../schema/identity.ts'
import { listAt, textAt } from './json.ts'
import { chooseGroup } from './groups.ts'
import { CRD, SPARK_GROUP, SPARK_KINDS } from './kinds.ts'
import type { Sight } from './sight.ts'

export interface LiveCrd {
  object: KubeObject
  reading: CrdReading
  /** Of the stored version's schema. */
  identity: SchemaIdentity
  /** The API server has taken it in and serves it. */
  isEstablished: boolean
  /** Who wrote fields of it: `kubectl-client-side-apply`, `helm`, `argocd-controller`. */
  managers: string[]
  deleting: boolean
}

export interface LiveCrds {
  /** The API group that is looked at. */
  group: string
  /** Of the operator's group, in the order of SPARK_KINDS, then by name. */
  own: LiveCrd[]
  /** Kinds of the same names in other groups: a fork under another name, or Apache's own operator. */
  foreign: string[]
}

/** All definitions whose kind is one of the operator's, and all of the group: the one asked for, or `chooseGroup`'s. */
export async function readCrds(sight: Sight, asked: string | undefined): Promise<LiveCrds> {
  const found: KubeObject[] = []
  for await (const object of sight.each(CRD)) {
    const kind = textAt(object, 'spec', 'names', 'kind') ?? ''
    const isNamed = textAt(object, 'spec', 'group') === (asked ?? SPARK_GROUP)
    if (isNamed || (SPARK_KINDS as readonly string[]).includes(kind)) found.push(object)
  }
  const group = chooseGroup(found, asked)
  const isOwn = (object: KubeObject) => textAt(object, 'spec', 'group') === group
  const own = found.filter(isOwn).map(liveCrd)
  const foreign = found.filter((object) => !isOwn(object)).map(({ metadata }) => metadata.name)
  const rank = ({ reading }: LiveCrd) => (SPARK_KINDS as readonly string[]).indexOf(reading.kind) >>> 0
  own.sort((a, b) => rank(a) - rank(b) || (a.reading.name < b.reading.name ? -1 : 1))
  return { group, own, foreign: foreign.sort() }
}

function liveCrd(raw: KubeObject): LiveCrd {
  // Items of a list carry no kind of their own.
  const object: KubeObject = { ...raw, apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }
  const reading = readCrd(object)
  const stored = reading.versions.find(({ storage }) => storage)
  return {
    object,
    reading,
    identity: schemaIdentity(stored?.schema),
    isEstablished: listAt(object, 'status', 'conditions').some(
      (condition) => textAt(condition, 'type') === 'Established' && textAt(condition, 'status') === 'True',
    ),
    managers: [...new Set((object.metadata.managedFields ?? []).flatMap(({ manager }) => manager ?? []))].sort(),
    deleting: object.metadata.deletionTimestamp !== undefined,
  }
}
