/** A rollout file from what clusters have: every operator's namespaces, where applications are, and what can be seen. */
import { Document, isMap } from 'yaml'
import { API_VERSION } from '../document.ts'
import { SparkopsError } from '../errors.ts'
import type { Discovery } from '../operator/discover/discover.ts'
import type { Counter, CounterName, Vitals } from './observe/vitals.ts'

export interface SeenEnvironment {
  name: string
  context: string
  discovery: Discovery
  vitals: Vitals
}

const HEAD = ` The stages of a rollout of the Spark Operator. Every field is told in docs/rollout.md; what is not
 said here holds as it says there. Change soak times and gates to what these environments are worth.`

/** The text of the file. Throws (exit 1) where a cluster has no operator, or nothing that it would watch. */
export function initialFile(name: string, to: string, environments: readonly SeenEnvironment[]): string {
  const document = new Document({
    apiVersion: API_VERSION,
    kind: 'Rollout',
    name,
    operator: { to },
    gates: { completed: 100, usage: 'off' },
    environments: environments.map(environmentOf),
  })
  document.commentBefore = HEAD
  const list = document.get('environments')
  for (const [index, item] of (list as { items: unknown[] }).items.entries())
    if (isMap(item)) item.comment = remarksOn(environments[index]!)
  return document.toString({ lineWidth: 100 })
}

function environmentOf({ name, context, discovery }: SeenEnvironment, index: number): Record<string, unknown> {
  const controllers = discovery.installations.filter(({ controller }) => controller !== undefined)
  if (controllers.length === 0) throw nothingThere(context, 'no operator was found in it')
  const namespaces = namespacesOf(discovery)
  if (namespaces.length === 0)
    throw nothingThere(context, 'no application is in it, and its operator names no namespace that it watches')
  return {
    name,
    context,
    namespaces,
    ...(controllers.length > 1 && { operator: { id: controllers[0]!.id } }),
    soak: index === 0 ? '2d' : '7d',
  }
}

/** Those with applications, and those that the operator names. */
function namespacesOf({ cases, installations, namespaces }: Discovery): string[] {
  const named = installations.flatMap(({ behaviour }) => [...(behaviour?.namespaces.names ?? [])])
  const there = named.filter((one) => one !== '' && (namespaces === undefined || namespaces.has(one)))
  return [...new Set([...there, ...cases.map(({ application }) => application.namespace)])].sort()
}

/** Gates that cannot be looked at as things are: better known now than at the promotion. */
function remarksOn({ vitals, discovery }: SeenEnvironment): string | null {
  const version = discovery.installations.find(({ controller }) => controller !== undefined)?.version.value
  const blind = (Object.entries(vitals.counters) as [CounterName, Counter][]).flatMap(([gate, { unseen }]) =>
    unseen === null ? [] : [` ${gate}: off   # ${unseen}`.replace(/\n/g, ' ')],
  )
  const lines = [
    ` now at ${version ?? 'an unknown version'}`,
    ...(blind.length > 0
      ? [' these cannot be looked at; turn them off under gates, or give the rights of docs/rbac.md:']
      : []),
    ...blind.map((line) => `  ${line}`),
  ]
  return lines.join('\n')
}

function nothingThere(context: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NOTHING_TO_ROLL_OUT',
    message: `nothing can be rolled out in ${context}`,
    why,
    hint: `look with: sparkops operator status --context ${context}`,
  })
}
