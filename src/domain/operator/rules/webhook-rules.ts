/** Rules about webhooks: gaps, overlaps, certificates, and what they strip. */
import type { OperatorRule } from './rule.ts'

export const WEBHOOK_RULES: readonly OperatorRule[] = [
  {
    id: 'OP-WEBHOOK-GAP',
    direction: 'both',
    subject: 'webhooks',
    title: 'Pods made while no webhook answers would lack what only the webhook gives',
    detail:
      'Volumes, tolerations, environment and affinity of driver and executors, silently. Executors are made at any ' +
      'time under dynamic allocation, and after a loss.',
    consequence: 'kill',
    gate: 'ack',
    fix: 'the gap is kept to seconds and executors made in it are reported; pause dynamic allocation where it matters',
    source:
      'pkg/webhook/webhook.go: selfDeregistration on SIGTERM, failurePolicy Ignore; templates/webhook/service.yaml of ' +
      '1.6.2 and 2.5.2: one name',
  },
  {
    id: 'OP-WEBHOOK-TWICE',
    direction: 'both',
    from: { webhookRegistration: ['self', 'chart'] },
    subject: 'webhooks',
    title: 'Two webhooks would change the same pod',
    detail:
      'Both make the application the controlling owner of its driver, and append volumes: the API server refuses every ' +
      'driver, whose submission then fails, under Never for good, and executors with volumes or host aliases.',
    consequence: 'strand',
    gate: 'auto',
    fix: 'one configuration is removed when the other appears',
    source: 'pkg/webhook/patch.go (1.x), internal/webhook/sparkpod_defaulter.go (2.x)',
  },
  {
    id: 'OP-WEBHOOK-ORPHAN',
    direction: 'both',
    subject: 'webhooks',
    title: 'A webhook configuration would be left that reaches nothing',
    detail:
      'With failurePolicy Fail it stops Spark pods and applications; 1.x leaves its own behind when it is killed.',
    consequence: 'strand',
    gate: 'auto',
    fix: 'it is removed, after it was saved',
    source: 'selfDeregistration (1.x); templates/webhook (2.x)',
  },
  {
    id: 'OP-WEBHOOK-FAILS-CLOSED',
    direction: 'both',
    subject: 'behaviour',
    title: 'While the webhook is down, applications and Spark pods would be refused',
    detail: 'So far a webhook that is down was passed over (failurePolicy Ignore).',
    consequence: 'strand',
    gate: 'ack',
    fix: 'run two replicas of the webhook, or set webhook.failurePolicy=Ignore',
    source: '0dc641bd, #2072; #2331, #2524',
  },
  {
    id: 'OP-WEBHOOK-SHARED-SERVICE',
    direction: 'both',
    from: { webhookRegistration: ['self', 'chart'] },
    subject: 'webhooks',
    title: 'The Service of the older webhook would also lead to pods of the newer one, and cannot be kept from it',
    detail:
      'It selects by name and release alone. Pods that are made by a call to the wrong one lack what only the webhook ' +
      'gives, silently, until the older controller is stopped.',
    consequence: 'kill',
    gate: 'ack',
    fix: 'run the controller by a Deployment, whose pods have the hash of their template, or add a label of your own to its pods and to the selector of the Service',
    source:
      'templates/webhook/service.yaml of 1.6.2, webhook-service.yaml before; templates/webhook/deployment.yaml (2.x)',
  },
  {
    id: 'OP-WEBHOOK-CERTIFICATE',
    direction: 'both',
    subject: 'webhooks',
    title: 'The certificate that is there would not do for the target',
    detail:
      'Service names and the keys in the Secret differ between versions; until 2.2.0 what is there is not checked.',
    consequence: 'strand',
    gate: 'auto',
    fix: 'the Secret is saved and made anew for the Service of the target',
    source: '#2482; d089a438, #2489; 5ce3dbac, #2016',
  },
  {
    id: 'OP-WEBHOOK-DROPS-FIELDS',
    direction: 'back',
    to: { webhookDropsUnknownFields: [true] },
    subject: 'applications',
    title: 'Any update by a user would drop the newer fields of the application',
    detail: 'The webhook removes what its types do not have; the changed spec then makes the controller run it again.',
    consequence: 'kill',
    gate: 'ack',
    fix: 'go to 2.1.1 or newer, or to 1.x, or let nobody edit applications that have newer fields',
    source: 'kubernetes-sigs/controller-runtime#2982',
  },
]
