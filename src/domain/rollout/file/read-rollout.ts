/** Reads `rollout.yaml` strictly: nothing is guessed, and whatever is not known or does not fit is refused. */
import { API_VERSION } from '../../document.ts'
import { Place } from './place.ts'
import { readGates } from './read-gates.ts'
import {
  type ConfigMapPlace,
  DEFAULT_BASELINE_DAYS,
  DEFAULT_GATES,
  type Environment,
  type GateSettings,
  type OperatorWish,
  type Rollout,
} from './rollout.ts'

/** An RFC 1123 label: it becomes part of file names, of a ConfigMap's name and of its keys. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?$/
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const MOST_BASELINE_DAYS = 364

/** Reads the text of a file. Throws exit 65 with file, line and field. */
export function readRollout(file: string, text: string): Rollout {
  const root = Place.of(file, text)
  const field = root.fields([
    'apiVersion',
    'kind',
    'name',
    'operator',
    'baseline',
    'record',
    'state',
    'gates',
    'environments',
  ])
  field('apiVersion').oneOf([API_VERSION])
  field('kind').oneOf(['Rollout'])
  const name = field('name').text(NAME, 'a name of lower-case letters, digits and dashes')
  const gates = readGates(field('gates'), DEFAULT_GATES)
  const shared = readShared(field('operator'))
  const record = field('record')
  return {
    name,
    baselineDays: readBaseline(field('baseline')),
    record: record.isMissing ? `${name}-record` : record.text(),
    configMap: readState(field('state'), name),
    environments: readEnvironments(field('environments'), shared, gates),
  }
}

function readEnvironments(place: Place, shared: Partial<OperatorWish>, gates: GateSettings): Environment[] {
  const names = new Set<string>()
  return place.items().map((item) => {
    const field = item.fields(['name', 'context', 'namespaces', 'operator', 'soak', 'gates'])
    const name = field('name').text(NAME, 'a name of lower-case letters, digits and dashes')
    if (names.has(name)) field('name').refuse(`there is an environment ${name} before it`)
    names.add(name)
    return {
      name,
      context: field('context').text(),
      namespaces: readNamespaces(field('namespaces')),
      operator: readOperator(field('operator'), shared),
      soakMs: field('soak').duration(),
      gates: readGates(field('gates'), gates),
    }
  })
}

function readNamespaces(place: Place): string[] {
  const names = place.items().map((item) => item.text(NAMESPACE, 'the name of a namespace'))
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (twice >= 0) place.items()[twice]!.refuse(`${names[twice]!} stands there twice`)
  return names
}

function readShared(place: Place): Partial<OperatorWish> {
  if (place.isMissing) return {}
  const field = place.fields(['to', 'values', 'id'])
  return {
    ...(!field('to').isMissing && { to: field('to').text() }),
    ...(!field('values').isMissing && {
      values: field('values')
        .items()
        .map((item) => item.text()),
    }),
    ...(!field('id').isMissing && { id: readId(field('id')) }),
  }
}

/** What an environment says goes before what the file says for all. Its values lie over those for all. */
function readOperator(place: Place, shared: Partial<OperatorWish>): OperatorWish {
  const own = readShared(place)
  const to = own.to ?? shared.to
  if (to === undefined) {
    const at = place.isMissing ? place : place.fields(['to', 'values', 'id'])('to')
    return at.refuse('nothing says which version to go to: give operator.to here or for all environments')
  }
  return { to, values: [...(shared.values ?? []), ...(own.values ?? [])], id: own.id ?? shared.id ?? null }
}

function readId(place: Place): string {
  return place.text(/^[^/\s]+\/[^/\s]+$/, 'NAMESPACE/NAME of a controller, as operator status shows it')
}

function readBaseline(place: Place): number {
  if (place.isMissing) return DEFAULT_BASELINE_DAYS
  const days = place.fields(['days'])('days')
  const count = days.number({ least: 7, most: MOST_BASELINE_DAYS, whole: true })
  return count % 7 === 0 ? count : days.refuse(`${count} days are not whole weeks: weekdays would not count alike`)
}

function readState(place: Place, rollout: string): ConfigMapPlace | null {
  if (place.isMissing) return null
  const at = place.fields(['configMap'])('configMap')
  const field = at.fields(['context', 'namespace', 'name'])
  return {
    context: field('context').isMissing ? null : field('context').text(),
    namespace: field('namespace').text(NAMESPACE, 'the name of a namespace'),
    name: field('name').isMissing
      ? configMapName(rollout)
      : field('name').text(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, 'the name of a ConfigMap'),
  }
}

/** What the ConfigMap of a rollout is called unless the file says otherwise. */
export function configMapName(rollout: string): string {
  return `sparkops-rollout-${rollout}`
}
