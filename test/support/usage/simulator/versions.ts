// What each YuniKorn release does differently, one row a release. Sources: yunikorn-core branches 1.4 to 1.9,
// pkg/scheduler/objects/{application,node,queue}_events.go and allocation.go; k8shim InitializeState.

export type Version = '1.4' | '1.5' | '1.6' | '1.8' | '1.9'

export interface VersionProfile {
  /** How an allocation's events name it: by a UUID of the core, by `<pod uid>-0`, or by the pod's uid. */
  readonly reference: 'uuid' | 'suffixed' | 'uid'
  /** Detail of the event of a new application: 0 before 1.6. */
  readonly newApp: 0 | 203
  /** A rejected application: REMOVE with 202 in 1.4, SET from 1.5. */
  readonly rejectByRemove: boolean
  /** 1.4 passes through STARTING, and its application events carry what the application holds. */
  readonly starting: boolean
  /** USERGROUP events, from 1.5. */
  readonly users: boolean
  /** The stream endpoint, and whether its first line names the instance. */
  readonly stream: 'none' | 'anonymous' | 'named'
  readonly resize: boolean
  /** Foreign pods: as a sum per node (305) or as allocations (303, from 1.7). */
  readonly foreign: 'occupied' | 'allocations'
  readonly preemptedBy: boolean
  /** Where the tracker's bind time is taken: before the NODE event (1.4, 1.5) or after the APP event. */
  readonly bindBefore: boolean
  /** 1.4 recovers applications and nodes with their allocations before it schedules anything. */
  readonly oldRecovery: boolean
  /** Placeholders have a usage of their own from 1.5; in 1.4 no summary knows them. */
  readonly tracksPlaceholders: boolean
  readonly summary: 'zap' | 'text'
  /** k8shim up to 1.4 tells the core each node's instance type. */
  readonly instanceTypes: boolean
}

const V1_6: VersionProfile = {
  reference: 'uid',
  newApp: 203,
  rejectByRemove: false,
  starting: false,
  users: true,
  stream: 'named',
  resize: true,
  foreign: 'occupied',
  preemptedBy: false,
  bindBefore: false,
  oldRecovery: false,
  tracksPlaceholders: true,
  summary: 'text',
  instanceTypes: false,
}

const V1_5: VersionProfile = {
  ...V1_6,
  reference: 'suffixed',
  newApp: 0,
  stream: 'anonymous',
  resize: false,
  bindBefore: true,
}

export const VERSIONS: Readonly<Record<Version, VersionProfile>> = {
  '1.4': {
    ...V1_5,
    reference: 'uuid',
    rejectByRemove: true,
    starting: true,
    users: false,
    stream: 'none',
    oldRecovery: true,
    tracksPlaceholders: false,
    summary: 'zap',
    instanceTypes: true,
  },
  '1.5': V1_5,
  '1.6': V1_6,
  '1.8': { ...V1_6, foreign: 'allocations', preemptedBy: true },
  '1.9': { ...V1_6, foreign: 'allocations', preemptedBy: true },
}
