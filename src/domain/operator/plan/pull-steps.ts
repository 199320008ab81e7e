/** A pod for each image of the target that only needs the image to be there. */
import type { KubeObject } from '../../../ports/cluster.ts'
import type { Step } from '../../plan/plan.ts'
import type { OperatorBehaviour } from '../behaviour/behaviour.ts'
import { isFields } from '../discover/json.ts'
import { pullImage } from '../steps/object-steps.ts'
import type { Move } from './move.ts'

/** Where no node is ready no pod would tell anything; where nodes may not be read, trying it does. */
export function pullSteps({ behaviour, readyNodes }: Move, timeoutSeconds: number): Step[] {
  if (behaviour === undefined || readyNodes === 0) return []
  const images = new Set([behaviour.controller, behaviour.webhook?.workload].flatMap((one) => one?.image ?? []))
  return [...images].map((image, index) =>
    pullImage(String(index + 1), { pod: podToPull(behaviour, image, index + 1), timeoutSeconds }, image),
  )
}

/** It starts a program that does not exist, or ends at once. Admitted where the controller is, pulled as it would be. */
function podToPull({ controller }: OperatorBehaviour, image: string, number: number): KubeObject {
  const { namespace, pod } = controller
  const { imagePullSecrets, nodeSelector, tolerations, affinity, securityContext } = pod
  const container = containersOf(pod).find((one) => one.image === image) ?? {}
  const amounts = { cpu: '10m', memory: '16Mi' }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `sparkops-pull-${number}`, namespace, labels: { 'app.kubernetes.io/managed-by': 'sparkops' } },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      ...said({ imagePullSecrets, nodeSelector, tolerations, affinity, securityContext }),
      containers: [
        {
          name: 'pull',
          image,
          ...said({ imagePullPolicy: container.imagePullPolicy, securityContext: container.securityContext }),
          command: ['/bin/true'],
          resources: { requests: amounts, limits: amounts },
        },
      ],
    },
  }
}

function containersOf({ containers }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>[] {
  return Array.isArray(containers) ? containers.filter(isFields) : []
}

function said(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))
}
