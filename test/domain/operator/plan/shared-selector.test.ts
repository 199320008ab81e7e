import { describe, expect, it } from 'vitest'
import type { WebhookBehaviour } from '../../../../src/domain/operator/behaviour/behaviour.ts'
import { DEPLOYMENT, SERVICE } from '../../../../src/domain/operator/discover/kinds.ts'
import type { Counterpart } from '../../../../src/domain/operator/discover/live-objects.ts'
import { WEBHOOK_EVALUATORS } from '../../../../src/domain/operator/plan/evaluate/webhook.ts'
import type { Move } from '../../../../src/domain/operator/plan/move.ts'
import { selects } from '../../../../src/domain/operator/plan/shared-selector.ts'
import type { KubeObject } from '../../../../src/ports/cluster.ts'

const namespace = 'operator'
const RELEASE = { 'app.kubernetes.io/name': 'spark-operator', 'app.kubernetes.io/instance': 'one' }

function webhook(name: string, service: string, more: object = {}): WebhookBehaviour {
  const workload = { namespace, name, kind: 'Deployment' }
  return { workload, service: { namespace, name: service }, ...more } as unknown as WebhookBehaviour
}

function counterpart(object: KubeObject, live?: KubeObject): Counterpart {
  const type = object.kind === 'Service' ? SERVICE : DEPLOYMENT
  return { object, key: { type, namespace, name: object.metadata.name }, live, seen: true }
}

const service = (selector: Record<string, string>): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'webhook-svc', namespace } },
  spec: { selector },
})
const pods = (labels: Record<string, string>): KubeObject => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'webhook', namespace } },
  spec: { template: { metadata: { labels } } },
})

const OLDER = webhook('operator', 'webhook-svc')
const NEWER = webhook('webhook', 'webhook-svc')
const staged = counterpart(pods({ ...RELEASE, 'app.kubernetes.io/component': 'webhook' }))

describe('the Service of a webhook of 1.x', () => {
  it('selects the pods of one of 2.x where it goes by name and release alone', () => {
    expect(selects(OLDER, NEWER, [counterpart(service(RELEASE)), staged])).toBe(true)
  })

  it('does not where its selector, as it is live, has a label that they lack', () => {
    const narrowed = service({ ...RELEASE, 'example.com/generation': '1' })
    expect(selects(OLDER, NEWER, [counterpart(service(RELEASE), narrowed), staged])).toBe(false)
  })

  it('counts as doing so where nobody has recorded it', () => {
    expect(selects(OLDER, NEWER, [staged])).toBe(true)
  })

  it('selects nothing where no webhook of 2.x is put there', () => {
    expect(selects(OLDER, NEWER, [counterpart(service(RELEASE))])).toBe(false)
  })
})

describe('a Service that cannot be kept from the newer webhook', () => {
  const found = (older: object): unknown => {
    const installation = { behaviour: { webhook: webhook('operator', 'webhook-svc', older) } }
    const behaviour = { webhook: webhook('webhook', 'webhook-svc', { registeredBy: 'manifests' }) }
    const move = { installation, behaviour, owned: [counterpart(service(RELEASE))], rendered: [staged] }
    return WEBHOOK_EVALUATORS['OP-WEBHOOK-SHARED-SERVICE']!(move as unknown as Move)
  }

  it('is told where the older controller is not a Deployment, whose pods alone can be told apart', () => {
    const workload = { namespace, name: 'operator', kind: 'StatefulSet' }
    expect(found({ registeredBy: 'self', workload })).toEqual(['services/operator/webhook-svc'])
    expect(found({ registeredBy: 'self' })).toEqual([])
  })
})
