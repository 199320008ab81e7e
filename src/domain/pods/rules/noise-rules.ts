/** Differences that say nothing about what was asked for: the server's bookkeeping and in-tree admission. */
import type { PodRule } from './rule.ts'
import { SERVER_METADATA } from '../../server-metadata.ts'
import { textAt } from '../json.ts'

export interface NoiseRule extends PodRule {
  class: 'noise'
  /** `one`: only where the other side has nothing there. Two values that differ are a difference. */
  side: 'either' | 'one'
  /** Counts only for an item that is exactly this, where the path alone would take too much. */
  exactly?: readonly Readonly<Record<string, unknown>>[]
  /** Counts only for an item of which this holds: people call things of theirs alike. */
  only?: (item: unknown) => boolean
}

function noise(
  id: string,
  path: string,
  side: NoiseRule['side'],
  rule: string,
  why: string,
  source: string,
): NoiseRule {
  return { id, class: 'noise', path, side, rule, why, source }
}

const ADMISSION = 'kubernetes plugin/pkg/admission'

/** What admission calls the volume of the service account's token; before 1.21 it was the Secret's name. */
const GENERATED = /^kube-api-access-|-token-[bcdfghjklmnpqrstvwxz2456789]{5}$/

function isTokenSecret(item: unknown): boolean {
  const name = textAt(item, 'name') ?? ''
  return GENERATED.test(name) && textAt(item, 'secret', 'secretName') === name
}

function isTokenMount(item: unknown): boolean {
  return GENERATED.test(textAt(item, 'name') ?? '')
}

export const NOISE_RULES: readonly NoiseRule[] = [
  noise('N01', 'status', 'either', 'left out', 'what became of the pod, not what was asked for', 'API conventions'),
  ...SERVER_METADATA.map((field, index) =>
    noise(
      `N${String(index + 2).padStart(2, '0')}`,
      `metadata.${field}`,
      'either',
      'left out',
      'kept by the server',
      'API conventions',
    ),
  ),
  noise(
    'N10',
    'metadata.namespace',
    'one',
    'left out where one side has none',
    'a request body may leave it to its address',
    'API conventions',
  ),
  noise(
    'N11',
    'metadata.annotations["kubernetes.io/limit-ranger"]',
    'either',
    'left out',
    'LimitRanger tells what it set',
    `${ADMISSION}/../limitranger`,
  ),
  noise(
    'N12',
    'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]',
    'either',
    'left out',
    'a copy of the object',
    'kubectl apply',
  ),
  noise(
    'N13',
    'metadata.annotations["*cni.*"]',
    'either',
    'left out',
    'network plugins tell the pod’s addresses',
    'k8s.v1.cni.cncf.io, cni.projectcalico.org',
  ),
  noise(
    'N14',
    'metadata.annotations["kubernetes.io/config.*"]',
    'either',
    'left out',
    'the kubelet tells where a pod came from',
    'kubernetes pkg/kubelet/types',
  ),
  noise('N20', 'spec.nodeName', 'either', 'left out', 'where the scheduler bound the pod', 'kube-scheduler'),
  noise(
    'N21',
    'spec.priority',
    'one',
    'left out where one side has none',
    'admission reads it from the priority class',
    `${ADMISSION}/priority`,
  ),
  noise(
    'N22',
    'spec.preemptionPolicy',
    'one',
    'left out where one side has none',
    'admission reads it from the priority class',
    `${ADMISSION}/priority`,
  ),
  noise(
    'N23',
    'spec.overhead',
    'one',
    'left out where one side has none',
    'admission reads it from the runtime class',
    `${ADMISSION}/runtimeclass`,
  ),
  {
    ...noise(
      'N24',
      'spec.tolerations[*]',
      'one',
      'the two default tolerations of 300 s are left out',
      'admission adds them to every pod that says nothing of these taints',
      `${ADMISSION}/defaulttolerationseconds`,
    ),
    exactly: ['not-ready', 'unreachable'].map((taint) => ({
      key: `node.kubernetes.io/${taint}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    })),
  },
  noise(
    'N25',
    'spec.volumes[name=kube-api-access-*]',
    'one',
    'left out',
    'the token volume that admission adds to every pod',
    `${ADMISSION}/serviceaccount`,
  ),
  {
    ...noise(
      'N26',
      'spec.volumes[name=*-token-*]',
      'one',
      'left out where it holds the Secret of its own name',
      'the token volume of Kubernetes before 1.21',
      `${ADMISSION}/serviceaccount`,
    ),
    only: isTokenSecret,
  },
  ...(['containers', 'initContainers', 'ephemeralContainers'] as const).map((list, index) => ({
    ...noise(
      `N${27 + index}`,
      `spec.${list}[*].volumeMounts[mountPath=/var/run/secrets/kubernetes.io/serviceaccount]`,
      'one',
      'left out where admission named it',
      'the mount of that token volume',
      `${ADMISSION}/serviceaccount`,
    ),
    only: isTokenMount,
  })),
  noise(
    'N30',
    'spec.ephemeralContainers',
    'one',
    'left out',
    'somebody debugged the pod while it ran',
    'kubectl debug',
  ),
]
