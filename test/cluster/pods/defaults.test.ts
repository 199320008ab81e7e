/** What we fill in, held against what a real API server fills in; and our types against those that it serves. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { canonicalJson } from '../../../src/domain/canonical-json.ts'
import { applyDefaults } from '../../../src/domain/pods/defaults.ts'
import { type JsonMap, cloneJson, isMap, scalarText } from '../../../src/domain/pods/json.ts'
import { DEFAULT_RULES } from '../../../src/domain/pods/rules/default-rules.ts'
import { needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { diffOf, differences } from '../../support/pods.ts'
import { ROOT } from '../../support/run.ts'

const { it } = needs('lab')
const lab = useCluster()
/** The API keeps these empty, or 0 (D29), and what reads the pod fills them in; D45 is admission, which this server has not. */
const NOT_BY_THE_SERVER = new Set(['D29', 'D30', 'D31', 'D32', 'D33', 'D34', 'D45'])

const container = (more: object = {}): object => ({
  name: 'spark-kubernetes-driver',
  image: 'registry/spark:3.5.7',
  ...more,
})
const volumes = (...sources: object[]): object[] => sources.map((source, index) => ({ name: `v${index}`, ...source }))
const probe = { httpGet: { port: 8080 } }

/** Pods that leave out what can be left out, of every kind that has a default. */
const SPECS: Readonly<Record<string, object>> = {
  'a bare container': { containers: [container()] },
  'images without a tag, with latest, with a digest': {
    containers: [
      'spark',
      'registry:5000/spark',
      'spark:latest',
      `spark@sha256:${'a'.repeat(64)}`,
      `spark:latest@sha256:${'a'.repeat(64)}`,
      `spark:3.5@sha256:${'a'.repeat(64)}`,
    ].map((image, index) => ({ name: `c${index}`, image })),
  },
  'volumes of every kind with a default': {
    serviceAccountName: 'spark',
    containers: [container({ volumeMounts: [{ name: 'v0', mountPath: '/a' }] })],
    volumes: volumes(
      {},
      { configMap: { name: 'a', items: [{ key: 'a', path: 'a' }] } },
      { secret: { secretName: 'a' } },
      {
        projected: {
          sources: [
            { serviceAccountToken: { path: 'token' } },
            { downwardAPI: { items: [{ path: 'n', fieldRef: { fieldPath: 'metadata.name' } }] } },
            { configMap: { name: 'b' } },
          ],
        },
      },
      { downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      { hostPath: { path: '/a' } },
      { emptyDir: {} },
      { iscsi: { targetPortal: '10.0.0.1:3260', iqn: 'iqn.2001-04.com.example:storage', lun: 0 } },
      { rbd: { monitors: ['10.0.0.1'], image: 'x' } },
      { azureDisk: { diskName: 'a', diskURI: 'https://blob/a.vhd' } },
      { azureFile: { secretName: 'a', shareName: 'b' } },
      { scaleIO: { gateway: 'g', system: 's', secretRef: { name: 'a' }, volumeName: 'v' } },
      { nfs: { server: 's', path: '/a' } },
      { csi: { driver: 'inline.csi.example' } },
      { image: { reference: 'spark:latest' } },
      {
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        },
      },
      { persistentVolumeClaim: { claimName: 'a' } },
      { glusterfs: { endpoints: 'e', path: 'p' } },
      { cephfs: { monitors: ['10.0.0.1'] } },
      { fc: { targetWWNs: ['50060e801049cfd1'], lun: 0 } },
    ),
  },
  'probes and hooks': {
    containers: [
      container({
        livenessProbe: probe,
        readinessProbe: { grpc: { port: 9000 } },
        startupProbe: { exec: { command: ['true'] } },
        lifecycle: { preStop: { httpGet: { port: 8080 } }, postStart: { exec: { command: ['true'] } } },
      }),
    ],
  },
  'probes of nothing but zeros': {
    containers: [
      container({
        livenessProbe: { ...probe, timeoutSeconds: 0, periodSeconds: 0, successThreshold: 0, failureThreshold: 0 },
      }),
    ],
  },
  'ports, with the network of the host': {
    hostNetwork: true,
    containers: [container({ ports: [{ containerPort: 7078 }, { containerPort: 53, protocol: 'UDP' }] })],
    initContainers: [{ name: 'init', image: 'init', ports: [{ containerPort: 9 }] }],
  },
  'limits without requests': {
    containers: [
      container({
        resources: {
          limits: { cpu: 1, memory: '3072Mi', 'nvidia.com/gpu': 1, 'ephemeral-storage': '0.5Gi' },
          requests: { cpu: '500m' },
        },
      }),
    ],
    initContainers: [{ name: 'init', image: 'init:1', resources: { limits: { cpu: '100m' } } }],
  },
  'variables from fields': {
    containers: [
      container({
        env: [
          { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
          { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } },
          { name: 'EMPTY' },
        ],
        envFrom: [{ configMapRef: { name: 'a' } }],
      }),
    ],
  },
  scheduling: {
    containers: [container()],
    tolerations: [{ key: 'a', value: 'b' }],
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'zone' } }],
      },
    },
  },
  security: {
    securityContext: { runAsUser: 185, supplementalGroups: [1] },
    containers: [container({ securityContext: { privileged: true, capabilities: { add: ['SYS_ADMIN'] } } })],
  },
  'a native sidecar': {
    containers: [container()],
    initContainers: [{ name: 'sidecar', image: 'sidecar:1', restartPolicy: 'Always', startupProbe: probe }],
  },
}

function body(spec: object): JsonMap {
  const metadata = { name: 'defaults', labels: { 'spark-role': 'driver' } }
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: cloneJson(spec) }
}

async function served(spec: object): Promise<JsonMap> {
  const path = '/api/v1/namespaces/default/pods?dryRun=All'
  return (await lab().request('POST', path, body(spec))) as JsonMap
}

/** Every value of a pod by its place; what says no more than its absence is left out. */
function values(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => values(item, `${at}/${index}`))
  if (isMap(value))
    return Object.keys(value)
      .sort()
      .flatMap((name) => values(value[name], `${at}/${name}`))
  if (value === '' || value === false || value === null || value === undefined) return []
  return [`${at} ${typeof value === 'object' ? canonicalJson(value) : scalarText(value)}`]
}

/** Added to a body: by the server, or by us. The amounts of quantities are not at stake. */
function added(before: JsonMap, after: JsonMap): string[] {
  const known = new Set(values(before['spec']).map((line) => line.split(' ')[0]))
  return values(after['spec']).filter((line) => !known.has(line.split(' ')[0]))
}

/** Admission of this server, beside defaults. */
const ADMITTED =
  /^\/(tolerations\/\d+\/\w+ (node\.kubernetes\.io\/(not-ready|unreachable)|Exists|NoExecute|300)|priority|preemptionPolicy|serviceAccount spark|.*\/divisor 0$)/

describe('the defaults of a pod', () => {
  const used = new Set<string>()
  for (const [name, spec] of Object.entries(SPECS))
    it(`are those of the API server, no more and no fewer: ${name}`, async () => {
      const theirs = await served(spec)
      const ours = body(spec)
      const rules = [...applyDefaults(ours)]
      for (const [, rule] of rules) used.add(rule)
      const own = new Set(
        rules.filter(([, rule]) => NOT_BY_THE_SERVER.has(rule)).map(([pointer]) => pointer.slice('/spec'.length)),
      )
      const fromUs = added(body(spec), ours).filter((line) => !own.has(line.split(' ')[0]!))
      expect(fromUs.map(quantityless)).toEqual(
        added(body(spec), theirs)
          .filter((line) => !ADMITTED.test(line))
          .map(quantityless),
      )
      expect(differences(diffOf(body(spec), theirs))).toEqual([])
    })

  it('are all exercised here', () => {
    const missing = DEFAULT_RULES.map(({ id }) => id).filter((id) => !used.has(id))
    expect(missing).toEqual([])
  })
})

/** 0.5Gi is 512Mi; the tree compares amounts, and here only places count. */
function quantityless(line: string): string {
  return /\/resources\/requests\//.test(line) ? line.split(' ')[0]! : line
}

describe('the types of a pod’s fields', () => {
  it('are those that the API server serves', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sparkops-openapi-'))
    try {
      const file = join(directory, 'openapi.json')
      writeFileSync(file, JSON.stringify(await lab().request('GET', '/openapi/v3/api/v1')))
      const { gitVersion } = (await lab().request('GET', '/version')) as { gitVersion: string }
      const target = 'src/domain/pods/core-v1.ts'
      const own = readFileSync(join(ROOT, target), 'utf8')
      const version = /Kubernetes (v[\d.]+)/.exec(own)?.[1]
      const argv = [join(ROOT, 'scripts/pod-schema.mjs'), file, version ?? gitVersion, join(directory, 'core-v1.ts')]
      execFileSync(process.execPath, argv)
      expect(readFileSync(join(directory, 'core-v1.ts'), 'utf8')).toBe(own)
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})
