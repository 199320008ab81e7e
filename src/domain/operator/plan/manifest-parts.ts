/** A target without Helm: what is applied, what goes because the target no longer has it, and what stays whatever. */
import type { KubeObject } from '../../../ports/cluster.ts'
import type { FoundInstallation } from '../discover/discover.ts'
import { nameOf } from '../discover/kinds.ts'
import type { Counterpart } from '../discover/live-objects.ts'
import { rightsAmong } from './evaluate/install.ts'
import type { InstallChoice } from './install-parts.ts'
import type { Move } from './move.ts'
import { idOf, type LiveObject } from './ownership.ts'

/** With these everything in them would go; nothing that a version lacks is worth that. */
const NEVER_REMOVED = new Set(['Namespace', 'PersistentVolumeClaim', 'PersistentVolume', 'CustomResourceDefinition'])

/** Objects by key, and those that were installed and the target no longer has. */
export function manifestKeys(move: Move, { rendered, owned }: Extract<InstallChoice, { kind: 'manifests' }>) {
  const { namespace } = move.target.release
  const objects = rendered.flatMap(({ key, object }) =>
    key === undefined ? [] : [{ key, object: withNamespace(object, key.type.namespaced ? namespace : undefined) }],
  )
  const gone = goneFrom(rendered, owned).filter(({ live }) => !NEVER_REMOVED.has(live.kind))
  const used = new Set(rightsAmong(move, gone).map(({ key }) => idOf(key)))
  const remove = gone
    .filter(({ key }) => !used.has(idOf(key)))
    .map(({ key, live }) => ({ key, uid: live.metadata.uid ?? '' }))
  return { objects, remove }
}

/** Where nobody says what belongs to an installation, its workloads that the target lacks stay, stopped. */
export function leftBehind(
  installation: FoundInstallation | undefined,
  rendered: readonly Counterpart[],
  owned: readonly Counterpart[],
): string[] {
  if (installation === undefined || owned.length > 0) return []
  const coming = new Set(rendered.map(({ object, key }) => `${object.kind} ${key?.namespace ?? ''}/${key?.name ?? ''}`))
  return installation.workloads
    .map(({ object }) => `${object.kind} ${nameOf(object)}`)
    .filter((name) => !coming.has(name))
}

function goneFrom(rendered: readonly Counterpart[], owned: readonly Counterpart[]): LiveObject[] {
  const coming = new Set(rendered.flatMap(({ key }) => (key === undefined ? [] : [idOf(key)])))
  return owned.flatMap(({ key, live }) =>
    key === undefined || live === undefined || coming.has(idOf(key)) ? [] : [{ key, live }],
  )
}

function withNamespace(object: KubeObject, namespace: string | undefined): KubeObject {
  if (namespace === undefined || object.metadata.namespace !== undefined) return object
  return { ...object, metadata: { ...object.metadata, namespace } }
}
