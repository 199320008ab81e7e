/**
 * What the API server fills in when it reads a pod. Applied to both sides of every comparison, so that a field that one
 * side leaves out and the other spells out is one value. Source unless said: pkg/apis/core/v1/defaults.go of v1.35.4.
 */
import type { PodRule } from './rule.ts'

export interface DefaultRule extends PodRule {
  class: 'default'
  /** The API's type, and the field of it. */
  type: string
  field: string
  /** What it becomes; absent where the code must look at the rest of the object. */
  value?: unknown
  /** Whether 0 counts as not set. */
  zero?: boolean
}

const FILE = 'kubernetes pkg/apis/core/v1/defaults.go'

function row(id: string, type: string, field: string, value: unknown, more: Partial<DefaultRule> = {}): DefaultRule {
  return {
    id,
    class: 'default',
    path: `${type}.${field}`,
    type,
    field,
    value,
    rule: `absent is ${JSON.stringify(value)}`,
    why: 'the API server fills it in when it reads the object, before admission',
    source: FILE,
    ...more,
  }
}

export const DEFAULT_RULES: readonly DefaultRule[] = [
  row('D01', 'PodSpec', 'dnsPolicy', 'ClusterFirst'),
  row('D02', 'PodSpec', 'restartPolicy', 'Always'),
  row('D03', 'PodSpec', 'terminationGracePeriodSeconds', 30),
  row('D04', 'PodSpec', 'schedulerName', 'default-scheduler'),
  row('D05', 'PodSpec', 'enableServiceLinks', true),
  row('D06', 'Container', 'terminationMessagePath', '/dev/termination-log'),
  row('D07', 'Container', 'terminationMessagePolicy', 'File'),
  row('D08', 'ContainerPort', 'protocol', 'TCP'),
  row('D09', 'ObjectFieldSelector', 'apiVersion', 'v1'),
  row('D10', 'ConfigMapVolumeSource', 'defaultMode', 420),
  row('D11', 'SecretVolumeSource', 'defaultMode', 420),
  row('D12', 'ProjectedVolumeSource', 'defaultMode', 420),
  row('D13', 'DownwardAPIVolumeSource', 'defaultMode', 420),
  row('D14', 'ServiceAccountTokenProjection', 'expirationSeconds', 3600),
  row('D15', 'Probe', 'timeoutSeconds', 1, { zero: true }),
  row('D16', 'Probe', 'periodSeconds', 10, { zero: true }),
  row('D17', 'Probe', 'successThreshold', 1, { zero: true }),
  row('D18', 'Probe', 'failureThreshold', 3, { zero: true }),
  row('D19', 'HTTPGetAction', 'path', '/'),
  row('D20', 'HTTPGetAction', 'scheme', 'HTTP'),
  row('D21', 'PersistentVolumeClaimSpec', 'volumeMode', 'Filesystem'),
  row('D22', 'ISCSIVolumeSource', 'iscsiInterface', 'default', { source: `${FILE} (generated from +default)` }),
  row('D23', 'RBDVolumeSource', 'pool', 'rbd', { source: `${FILE} (generated from +default)` }),
  row('D24', 'RBDVolumeSource', 'user', 'admin', { source: `${FILE} (generated from +default)` }),
  row('D25', 'RBDVolumeSource', 'keyring', '/etc/ceph/keyring', { source: `${FILE} (generated from +default)` }),
  row('D26', 'AzureDiskVolumeSource', 'cachingMode', 'ReadWrite', { source: `${FILE} (generated from +default)` }),
  row('D27', 'AzureDiskVolumeSource', 'kind', 'Shared', { source: `${FILE} (generated from +default)` }),
  row('D28', 'AzureDiskVolumeSource', 'fsType', 'ext4', { source: `${FILE} (generated from +default)` }),
  row('D29', 'ResourceFieldSelector', 'divisor', '1', {
    zero: true,
    rule: 'absent or "0" is "1"',
    why: 'the API server writes 0 where there is none, and the kubelet reads 0 as 1',
    source: 'seen on kube-apiserver 1.35.4; kubernetes pkg/api/v1/resource ExtractContainerResourceValue',
  }),
  row('D30', 'Toleration', 'operator', 'Equal', {
    why: 'the API keeps it empty and the scheduler reads it as Equal',
    source: 'kubernetes API reference, Toleration.operator',
  }),
  row('D31', 'TopologySpreadConstraint', 'nodeAffinityPolicy', 'Honor', {
    why: 'the API keeps it empty and the scheduler reads it as Honor',
    source: 'kubernetes API reference, TopologySpreadConstraint',
  }),
  row('D32', 'TopologySpreadConstraint', 'nodeTaintsPolicy', 'Ignore', {
    why: 'the API keeps it empty and the scheduler reads it as Ignore',
    source: 'kubernetes API reference, TopologySpreadConstraint',
  }),
  row('D33', 'VolumeMount', 'mountPropagation', 'None', {
    why: 'the API keeps it empty and the kubelet reads it as None',
    source: 'kubernetes API reference, VolumeMount.mountPropagation',
  }),
  row('D34', 'VolumeMount', 'recursiveReadOnly', 'Disabled', {
    why: 'the API keeps it empty and the kubelet reads it as Disabled',
    source: 'kubernetes API reference, VolumeMount.recursiveReadOnly',
  }),
  row('D35', 'ScaleIOVolumeSource', 'storageMode', 'ThinProvisioned', { source: `${FILE} (generated from +default)` }),
  row('D36', 'ScaleIOVolumeSource', 'fsType', 'xfs', { source: `${FILE} (generated from +default)` }),
  row('D40', 'Container', 'imagePullPolicy', undefined, {
    rule: 'absent is Always for an image whose tag is latest or missing (a digest counts as a tag), else IfNotPresent',
  }),
  row('D41', 'ImageVolumeSource', 'pullPolicy', undefined, {
    rule: 'absent is Always for a reference whose tag is latest or missing, else IfNotPresent',
  }),
  row('D42', 'Container', 'resources.requests', undefined, {
    rule: 'a resource with a limit and no request requests its limit',
  }),
  row('D43', 'ContainerPort', 'hostPort', undefined, {
    rule: 'with hostNetwork, a port without hostPort takes its containerPort',
  }),
  row('D44', 'Volume', 'emptyDir', undefined, { rule: 'a volume that names no source is an emptyDir' }),
  row('D45', 'PodSpec', 'serviceAccountName', undefined, {
    rule: 'serviceAccount is an old name of serviceAccountName; both absent are `default`',
    why: 'the API server copies one to the other, and the ServiceAccount admission plugin names the default account',
    source: 'kubernetes pkg/apis/core/v1/conversion.go, plugin/pkg/admission/serviceaccount',
  }),
]
