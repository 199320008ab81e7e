/** The rows of what is known per release: that they hang together, and are found. */
import { describe, expect, it } from 'vitest'
import { CHARTS } from '../../../../src/domain/operator/releases/charts.ts'
import { CRD_SETS } from '../../../../src/domain/operator/releases/crd-sets.ts'
import { chartsOf, findRelease, matchSchemas } from '../../../../src/domain/operator/releases/find-release.ts'
import { RELEASES } from '../../../../src/domain/operator/releases/releases.ts'
import { TRAITS, traitsOf } from '../../../../src/domain/operator/releases/traits.ts'
import { compareVersions, isAtLeast, versionFromText } from '../../../../src/domain/operator/releases/version-order.ts'
import type { CrdReading } from '../../../../src/domain/operator/schema/crd.ts'
import { schemaIdentity } from '../../../../src/domain/operator/schema/identity.ts'

describe('the rows of releases', () => {
  const sets = new Set(CRD_SETS.map(({ name }) => name))
  const versions = new Set(RELEASES.map(({ version }) => version))

  it('name sets of CRDs that exist, and each set is somebody’s', () => {
    const named = [
      ...RELEASES.flatMap(({ crds, manifestCrds }) => [crds, manifestCrds ?? crds]),
      ...CHARTS.map(({ crds }) => crds),
    ]
    expect(named.filter((name) => !sets.has(name))).toEqual([])
    const unreleased = ['main-38082f33', 'chart-1.1.1-manifest']
    expect([...sets].filter((name) => !named.includes(name))).toEqual(expect.arrayContaining(unreleased))
    expect([...sets].filter((name) => !named.includes(name))).toHaveLength(unreleased.length)
  })

  it('have each version once, in order, with its Spark, and charts of versions that exist', () => {
    expect(versions.size).toBe(RELEASES.length)
    const disordered = RELEASES.slice(1).filter(
      ({ version }, index) => compareVersions(RELEASES[index]!.version, version)! >= 0,
    )
    expect(disordered).toEqual([])
    expect(RELEASES.filter(({ spark }) => !/^\d+\.\d+\.\d+$/.test(spark))).toEqual([])
    expect(CHARTS.filter(({ operator }) => !versions.has(operator))).toEqual([])
  })

  it('have different schemas in different sets', () => {
    const identities = CRD_SETS.map(({ kinds }) => [...kinds.values()].map(({ identity }) => identity).join())
    expect(new Set(identities).size).toBe(CRD_SETS.length)
    expect(
      CRD_SETS.flatMap(({ kinds }) => [...kinds.values()]).every(({ identity }) =>
        /^sha256:[0-9a-f]{64}$/.test(identity),
      ),
    ).toBe(true)
  })

  it('name versions of releases in traits', () => {
    expect(TRAITS.filter(({ from }) => !versions.has(from)).map(({ from }) => from)).toEqual([])
  })

  it.each([
    ['1.2.2', { operatorRbac: 'release', crdApi: 'v1beta1', kubernetesBelow: '1.22' }],
    ['1.3.8', { generation: '1.x', operatorRbac: 'hooks', crdApi: 'v1', suspend: false, lock: 'ConfigMap and Lease' }],
    [
      '1.6.2',
      { operatorRbac: 'release', crdTooLongForApply: true, namespacesKey: 'sparkJobNamespaces', lock: 'Lease' },
    ],
    ['2.0.2', { generation: '2.x', webhookDropsUnknownFields: true, namespacesByDefault: 'default' }],
    ['2.5.2-acme.1', { suspend: true, needsSparkConnect: true, applicationNames: 'DNS-1035 label' }],
    ['2.4.0-rc.0', { suspend: true, applicationNames: 'any' }],
  ])('say of %s what its code does', (version, expected) => {
    expect(traitsOf(version)).toMatchObject(expected)
  })

  it('say nothing of what is no version', () => {
    expect(traitsOf('latest')).toEqual({})
  })
})

describe('finding releases', () => {
  it('reads versions out of tags, charts and labels, with a fork’s suffix', () => {
    const read = [
      'v1beta2-1.3.8-3.1.1',
      'v1beta2-1.3.8-3.1.1-acme',
      'v2.5.2',
      '2.5.2',
      '2.5.2-acme.1',
      'v1alpha1-0.5-2.4.0',
      'latest',
    ]
    expect(read.map(versionFromText)).toEqual([
      '1.3.8',
      '1.3.8-acme',
      '2.5.2',
      '2.5.2',
      '2.5.2-acme.1',
      '0.5.0',
      undefined,
    ])
  })

  it('orders a pre-release before its release, and a fork with its base', () => {
    expect(compareVersions('2.4.0-rc.0', '2.4.0')).toBeLessThan(0)
    expect(compareVersions('2.4.0-rc.10', '2.4.0-rc.9')).toBeGreaterThan(0)
    expect(compareVersions('2.4.0-acme.1', '2.4.0')).toBeGreaterThanOrEqual(0)
    expect([isAtLeast('1.6.0', '1.6.0'), isAtLeast('1.5.0', '1.6.0'), isAtLeast('latest', '1.6.0')]).toEqual([
      true,
      false,
      undefined,
    ])
  })

  it('finds a fork’s base, and the charts of a version', () => {
    expect(findRelease('2.5.2-acme.1')).toMatchObject({ exact: false, release: { version: '2.5.2', spark: '4.0.4' } })
    expect(findRelease('9.9.9')).toBeUndefined()
    expect(chartsOf(findRelease('1.3.8')!.release).map(({ version }) => version)).toEqual(['1.1.26', '1.1.27'])
    expect(chartsOf(findRelease('2.5.2')!.release).map(({ version }) => version)).toEqual(['2.5.2'])
  })

  it('calls a schema that no release had by no name', () => {
    const crd: CrdReading = {
      name: 'sparkapplications.sparkoperator.k8s.io',
      group: 'sparkoperator.k8s.io',
      kind: 'SparkApplication',
      plural: 'sparkapplications',
      namespaced: true,
      preserveUnknownFields: false,
      conversion: 'None',
      storedVersions: [],
      versions: [{ name: 'v1beta2', served: true, storage: true, schema: { type: 'object' }, hasStatus: true }],
    }
    const identity = schemaIdentity({ type: 'object' })
    expect(matchSchemas(crd)).toEqual([{ kind: crd.kind, version: 'v1beta2', identity, set: undefined, releases: [] }])
  })
})
