/**
 * Traits of a version that can be seen in what it renders. They count before what is known of a version by its number:
 * a fork may have taken a fix back, and a chart nobody knows has no number that tells anything.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import type { OperatorBehaviour } from '../behaviour/behaviour.ts'
import type { Traits } from '../releases/traits.ts'
import { SPARK_GROUP } from '../discover/kinds.ts'
import { isRecord, propertyOf } from '../schema/structural.ts'
import type { Definition, Hook } from './rendered-parts.ts'

interface Rendered {
  objects: readonly KubeObject[]
  hooks: readonly Hook[]
  definitions: readonly Definition[]
  behaviours: readonly OperatorBehaviour[]
}

/** The API server's limit for all annotations of an object together. */
const ANNOTATION_BYTES = 262_144

/** What is seen; traits that only code shows are absent. */
export function seenTraits(rendered: Rendered): Traits {
  const [behaviour] = rendered.behaviours
  return {
    ...(behaviour && { generation: behaviour.generation }),
    ...accountTrait(rendered, behaviour),
    ...definitionTraits(rendered.definitions),
    ...(behaviour?.webhook && {
      webhookRegistration: behaviour.webhook.registeredBy === 'self' ? ('self' as const) : ('chart' as const),
    }),
    ...connectTrait(rendered),
  }
}

/** Whose object the operator's own account is. One that is made outside (`create: false`) tells nothing. */
function accountTrait({ objects, hooks }: Rendered, behaviour: OperatorBehaviour | undefined): Traits {
  if (behaviour === undefined) return {}
  const { controller, webhook, generation } = behaviour
  const isAccount = ({ kind, metadata }: KubeObject) =>
    kind === 'ServiceAccount' && metadata.name === controller.serviceAccount
  if (hooks.some(({ object }) => isAccount(object))) return { operatorRbac: 'hooks' }
  if (!objects.some(isAccount)) return {}
  const apart = generation === '2.x' && webhook?.workload.serviceAccount !== controller.serviceAccount
  return { operatorRbac: apart ? 'release, per component' : 'release' }
}

function definitionTraits(definitions: readonly Definition[]): Traits {
  const application = definitions.find(({ reading }) => reading.kind === 'SparkApplication')
  if (application === undefined) return {}
  const { object, reading } = application
  const stored = reading.versions.find(({ storage }) => storage) ?? reading.versions[0]
  const spec = stored?.schema && propertyOf(stored.schema, 'spec')
  return {
    crdApi: object.apiVersion.endsWith('/v1') ? 'v1' : 'v1beta1',
    crdTooLongForApply: Buffer.byteLength(JSON.stringify(object)) > ANNOTATION_BYTES,
    ...(spec && { suspend: propertyOf(spec, 'suspend') !== undefined }),
  }
}

/** A controller that may list SparkConnects does list them; rights to everything tell nothing. */
function connectTrait({ objects, hooks, definitions, behaviours }: Rendered): Traits {
  if (behaviours.length === 0) return {}
  const groups = new Set<unknown>([SPARK_GROUP, ...definitions.map(({ reading }) => reading.group)])
  const resources = [...objects, ...hooks.map(({ object }) => object)]
    .filter(({ kind }) => /Role$/.test(kind))
    .flatMap(({ rules }) => (Array.isArray(rules) ? rules.filter(isRecord) : []))
    .filter(({ apiGroups }) => Array.isArray(apiGroups) && apiGroups.some((group) => groups.has(group)))
    .flatMap((rule) => (Array.isArray(rule['resources']) ? (rule['resources'] as unknown[]) : []))
  if (resources.length === 0 || resources.includes('*')) return {}
  return { needsSparkConnect: resources.includes('sparkconnects') }
}
