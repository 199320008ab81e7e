/** What can be wrong with definitions, webhooks, certificates and locks. */
import type { Discovery } from '../discover/discover.ts'
import { endsSoon } from '../discover/webhooks.ts'
import { called, type Remark, remarkOn, type StatusRule } from './remarks.ts'

export const CLUSTER_RULES: readonly StatusRule[] = [
  crdMissing,
  crdUnfit,
  crdKeepsUnknown,
  crdStoredOld,
  webhookBroken,
  certificateEnds,
  certificateEnded,
  lockOfStranger,
]

function crdMissing({ crds, installations, unseen }: Discovery): Remark[] {
  const isSeen = !unseen.some(({ what }) => what.startsWith('customresourcedefinitions'))
  const kinds = crds.own.map(({ reading }) => reading.kind)
  const missing = ['SparkApplication', 'ScheduledSparkApplication'].filter((kind) => !kinds.includes(kind))
  if (!isSeen || installations.length === 0) return []
  return remarkOn(missing, {
    id: 'ST-CRD-MISSING',
    severity: 'broken',
    title: 'An operator runs without the definition of its kind',
    detail: 'It cannot start, or starts and sees nothing; all objects of that kind went with the definition.',
    hint: 'put the definition back from the chart, then the objects from a backup',
  })
}

function crdUnfit({ crds }: Discovery): Remark[] {
  const found = crds.own.filter(({ isEstablished, deleting }) => !isEstablished || deleting)
  return remarkOn(
    found.map(({ reading, deleting }) => `${reading.name}: ${deleting ? 'being deleted' : 'not established'}`),
    {
      id: 'ST-CRD-UNFIT',
      severity: 'broken',
      title: 'A definition is not served',
      detail: 'Objects of its kind cannot be read or written; a deletion takes all of them with it.',
      hint: 'kubectl get crd NAME -o yaml: its conditions tell why',
    },
  )
}

function crdKeepsUnknown({ crds }: Discovery): Remark[] {
  const found = crds.own.filter(({ reading }) => reading.preserveUnknownFields).map(({ reading }) => reading.name)
  return remarkOn(found, {
    id: 'ST-CRD-KEEPS-UNKNOWN',
    severity: 'note',
    title: 'preserveUnknownFields is true: fields the schema does not name are kept',
    detail:
      'It was first made under apiextensions v1beta1. A schema with defaults is refused while it is so, and what the ' +
      'schema does not name is pruned as soon as it is not.',
    hint: 'a plan says which objects have such fields',
  })
}

function crdStoredOld({ crds }: Discovery): Remark[] {
  const found = crds.own.flatMap(({ reading }) => {
    const current = reading.versions.find(({ storage }) => storage)?.name
    const old = reading.storedVersions.filter((version) => version !== current)
    return old.length === 0 ? [] : [`${reading.name}: ${old.join(', ')}`]
  })
  return remarkOn(found, {
    id: 'ST-CRD-STORED-OLD',
    severity: 'warning',
    title: 'Objects may still be stored in an older version',
    detail: 'That version cannot be dropped from the definition before every object is written once.',
    hint: 'a plan contains that step where it is needed',
  })
}

function webhookBroken({ webhooks }: Discovery): Remark[] {
  const broken = webhooks.flatMap((configuration) =>
    configuration.webhooks
      .filter(({ reach }) => reach === 'broken')
      .map((webhook) => ({ configuration, webhook, isFatal: webhook.failurePolicy === 'Fail' })),
  )
  const text = ({ configuration, webhook }: (typeof broken)[number]) =>
    `${configuration.name} (${webhook.resources.join(', ')}): ${webhook.problems.join('; ')}`
  return [
    ...remarkOn(broken.filter(({ isFatal }) => isFatal).map(text), {
      id: 'ST-WEBHOOK-BLOCKS',
      severity: 'broken',
      title: 'A webhook that nobody answers refuses what it is called for',
      detail: 'failurePolicy is Fail: creating these objects fails with an error 500 until it answers.',
      hint: 'bring its service back, or delete the configuration if its operator is gone',
    }),
    ...remarkOn(broken.filter(({ isFatal }) => !isFatal).map(text), {
      id: 'ST-WEBHOOK-SILENT',
      severity: 'broken',
      title: 'A webhook that nobody answers changes nothing, silently',
      detail:
        'failurePolicy is Ignore: pods start without the volumes, tolerations and settings their application asks for.',
      hint: 'bring its service back, or delete the configuration if its operator is gone',
    }),
  ]
}

function certificateEnds({ webhooks }: Discovery, now: number): Remark[] {
  return remarkOn(
    certificates(webhooks, (notAfter) => endsSoon({ notAfter }, now)),
    {
      id: 'ST-CERTIFICATE-ENDS',
      severity: 'warning',
      title: "A webhook's certificate ends within 30 days",
      detail: 'After that the API server does not trust it any more.',
      hint: 'renew it; 1.x makes a new one when its init job runs, 2.x when it starts without a valid one',
    },
  )
}

function certificateEnded({ webhooks }: Discovery, now: number): Remark[] {
  return remarkOn(
    certificates(webhooks, (notAfter) => Date.parse(notAfter) <= now),
    {
      id: 'ST-CERTIFICATE-ENDED',
      severity: 'broken',
      title: "A webhook's certificate has ended",
      detail: 'The API server does not trust it.',
      hint: 'renew it; 1.x makes a new one when its init job runs, 2.x when it starts without a valid one',
    },
  )
}

function certificates(webhooks: Discovery['webhooks'], wanted: (notAfter: string) => boolean): string[] {
  const found = webhooks.flatMap(({ webhooks: entries }) => entries.flatMap(({ certificate }) => certificate ?? []))
  return [
    ...new Set(
      found
        .filter(({ notAfter }) => wanted(notAfter))
        .map(({ where, notAfter }) => `${where}: ${notAfter.slice(0, 10)}`),
    ),
  ]
}

function lockOfStranger({ locks, unseen }: Discovery): Remark[] {
  if (unseen.some(({ what }) => what.startsWith('pods'))) return []
  const found = locks.filter(({ isHeld, holderPod }) => isHeld && holderPod === undefined)
  return remarkOn(
    found.map((lock) => `${called(lock)}, held by ${lock.holder}`),
    {
      id: 'ST-LOCK-STRANGER',
      severity: 'warning',
      title: 'A lock is held by somebody who was not found here',
      detail: 'A pod that has just gone, or a controller outside this cluster or without a workload of its own.',
      hint: 'look again in a minute; if it stays, find that process before anything is moved',
    },
  )
}
