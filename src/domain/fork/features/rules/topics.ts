/**
 * Subjects that are spread over several commits, or hidden in one that does many things. A topic is recognised by the
 * names of what changed, by titles, or by changed lines; it says so in words that hold for any operator built on
 * client-go or controller-runtime.
 */
import type { Area } from '../facts.ts'

export interface Topic {
  id: string
  title: string
  /** Facts that are of this topic, by `area:key`. */
  facts?: RegExp
  /** Titles of commits. */
  titles?: RegExp
  /** Changed lines of product files; narrow, since a line is easily touched for another reason. */
  lines?: RegExp
  /** Whether all work on it is one entry. Otherwise it only sorts what one large commit did. */
  joins: boolean
  /** Why it is told as one. */
  why: string
}

export const TOPICS: readonly Topic[] = [
  {
    id: 'leader-election',
    title: 'Leader election',
    facts: /leader-?election|rbac:.*coordination\.k8s\.io\/leases/i,
    titles: /leader[- ]?election|non-?leader/i,
    lines:
      /resourcelock\.\w*(Lease|ConfigMap|Endpoint)\w*ResourceLock|LeaderElectionReleaseOnCancel|LeaderElectionResourceLock/,
    joins: true,
    why: 'the lock, its identity, its rights and the settings must fit together; one of them alone does not work',
  },
  {
    id: 'watched-namespaces',
    title: 'Which namespaces are watched',
    facts:
      /^(flag:operator\/(watch-)?namespaces?$|argument:(watch-)?namespaces?$|value:(.*\.)?\w*(job|watch|target)Namespaces?$)/i,
    titles:
      /\b(multiple|several|all|every|watched?) (spark )?(job )?namespaces?\b|\bjob namespaces?\b|watch(ing)? namespaces?/i,
    joins: true,
    why: 'what the chart grants and what the operator watches are set in different places',
  },
  {
    id: 'webhook-certificates',
    title: 'Certificates of the webhook',
    facts: /^(flag|value|argument):.*(cert|webhook-secret|tls|(init|cleanup)Annotations)/i,
    titles: /\bgencerts|certificates? (are|is) generated|cert[- ]?manager/i,
    joins: false,
    why: 'who makes the certificate decides which jobs, secrets and flags there are',
  },
  {
    id: 'metrics',
    title: 'Metrics: names, units and where they are served',
    facts: /^metric:|^(flag|value|argument):.*(metrics|prometheus|podmonitor)/i,
    joins: false,
    why: 'dashboards and alerts go by them',
  },
  {
    id: 'image',
    title: 'Where the image comes from',
    facts: /^value:(.*\.)?image\.(repository|registry)$/,
    joins: false,
    why: 'clusters that may only pull from known registries, and mirrors, go by it',
  },
  {
    id: 'webhook',
    title: 'The admission webhook',
    facts: /^(flag|value|argument|webhook):.*webhook/i,
    joins: false,
    why: 'it stands between users and the API server',
  },
]

/** What a large commit did beyond its topics, by area. */
export const AREA_TITLES: Readonly<Record<Area, string>> = {
  kind: 'Custom resources',
  crd: 'Fields of custom resources',
  schema: 'Schemas of custom resources',
  flag: 'Flags of the operator',
  value: 'Values of the chart',
  rbac: 'Rights of the operator',
  metric: 'Metrics',
  env: 'Environment',
  gate: 'Feature gates',
  conf: 'Configuration keys',
  object: 'Objects of the chart',
  rendered: 'What the chart puts into a cluster',
  webhook: 'Webhooks',
  version: 'Versions',
  image: 'Image',
  module: 'Go module path',
  package: 'Packages',
  argument: 'Flags as the chart passes them',
}
