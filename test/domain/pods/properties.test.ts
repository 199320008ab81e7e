/** What holds for any pod: equality is blind to what Kubernetes is blind to, and to nothing else. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyDefaults } from '../../../src/domain/pods/defaults.ts'
import { readExpectation } from '../../../src/domain/pods/expect/read-expectations.ts'
import { expectationsFromPods } from '../../../src/domain/pods/expect/write-expectations.ts'
import { isMap, type JsonMap, mapAt, mapsAt, scalarText } from '../../../src/domain/pods/json.ts'
import { quantityOf } from '../../../src/domain/pods/quantity.ts'
import { verifyPods } from '../../../src/domain/pods/verify-pods.ts'
import { NOTHING_ACCEPTED, ROLES, diffOf, differences, recorded, sparkPod } from '../../support/pods.ts'

const BODIES = [
  '01-plain',
  '02-volumes-conf',
  '03-scheduling-conf',
  '04-pod-template',
  '07-local-dirs',
  '10-webhook-vs-template/converted',
].flatMap((name) => ROLES.map((role) => `${name}/${role}.json`))
const aBody = fc.constantFrom(...BODIES)
const KEYED = [
  'containers',
  'initContainers',
  'volumes',
  'tolerations',
  'imagePullSecrets',
  'hostAliases',
  'topologySpreadConstraints',
]

describe('a pod compared with itself', () => {
  it('is equal under any order of its keyed lists', () => {
    fc.assert(
      fc.property(aBody, fc.infiniteStream(fc.nat()), (file, stream) => {
        const pod = recorded(file)
        const next = (): number => stream.next().value as number
        const spec = mapAt(pod, 'spec')
        for (const list of KEYED) shuffle(spec[list], next)
        for (const container of mapsAt(spec, 'containers'))
          for (const list of ['ports', 'volumeMounts', 'env']) shuffle(withoutTwins(container, list), next)
        expect(differences(diffOf(recorded(file), pod))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it('is equal with its quantities written otherwise', () => {
    fc.assert(
      fc.property(aBody, fc.constantFrom('n', 'm', 'plain'), (file, unit) => {
        const pod = recorded(file)
        for (const container of mapsAt(pod, 'spec', 'containers'))
          for (const part of ['limits', 'requests']) requantise(mapAt(container, 'resources', part), unit)
        expect(differences(diffOf(recorded(file), pod))).toEqual([])
      }),
    )
  })

  it('is equal with its defaults filled in, and with empty values beside them', () => {
    fc.assert(
      fc.property(aBody, (file) => {
        const pod = recorded(file)
        applyDefaults(pod)
        for (const volume of mapsAt(pod, 'spec', 'volumes')) volume['hostPath'] ??= null
        Object.assign(mapAt(pod, 'spec'), {
          subdomain: '',
          hostPID: false,
          hostAliases: mapAt(pod, 'spec')['hostAliases'] ?? [],
        })
        expect(differences(diffOf(recorded(file), pod))).toEqual([])
        expect(differences(diffOf(pod, recorded(file)))).toEqual([])
      }),
    )
  })

  it('is equal as another run of the same thing', () => {
    const hex = (length: number): fc.Arbitrary<string> =>
      fc.string({ unit: fc.constantFrom('0', '1', '2', '7', '9', 'a', 'b', 'f'), minLength: length, maxLength: length })
    fc.assert(
      fc.property(aBody, hex(16), hex(32), fc.integer({ min: 1, max: 9999 }), (file, hash, id, number) => {
        const text = JSON.stringify(recorded(file))
          .replace(/(?<=-)[0-9a-f]{16}(?=-)/g, hash)
          .replace(/spark-[0-9a-f]{32}/g, `spark-${id}`)
          .replace(/(?<=[0-9a-f]{16})-exec-\d+/g, `-exec-${number}`)
          .replace(/("(?:spark-exec-id|SPARK_EXECUTOR_ID)[^}]*?":)"\d+"/g, `$1"${number}"`)
          .replace(/\/spark-[0-9a-f]{8}-[0-9a-f-]{27}/g, '/spark-00000000-0000-4000-8000-000000000000')
        expect(differences(diffOf(recorded(file), JSON.parse(text) as JsonMap))).toEqual([])
      }),
    )
  })

  it('is equal where labels and annotations are made of the application’s id, as YuniKorn and Volcano want them', () => {
    const run = (digit: string): JsonMap => {
      const pod = recorded('01-plain/driver.json')
      const id = `spark-${digit.repeat(32)}`
      Object.assign(mapAt(pod, 'metadata', 'labels'), { applicationId: id, 'spark-app-selector': id })
      mapAt(pod, 'metadata')['annotations'] = {
        'scheduling.k8s.io/group-name': `${id}-podgroup`,
        note: `spark-${digit}`,
      }
      return pod
    }
    expect(differences(diffOf(run('a'), run('b')))).toEqual(['different metadata.annotations.note'])
  })

  it('differs where init containers run in another order, also with others put between them', () => {
    const pod = recorded('04-pod-template/executor.json')
    const steps = (names: string): JsonMap => {
      const copy = structuredClone(pod)
      mapAt(copy, 'spec')['initContainers'] = names.split(' ').map((name) => ({ name, image: name }))
      return copy
    }
    const paths = (from: string, to: string): string[] => differences(diffOf(steps(from), steps(to)))
    expect(paths('fetch mesh check', 'fetch mesh check')).toEqual([])
    expect(paths('fetch mesh check', 'mesh fetch check')).toEqual(['different spec.initContainers'])
    expect(paths('fetch check', 'fetch istio check')).toEqual(['extra spec.initContainers[name=istio]'])
  })

  it('is equal to another live pod, whose token volume admission named otherwise', () => {
    for (const file of [
      '01-plain/driver.live.json',
      '10-webhook-vs-template/webhook/executor.webhook-v2.5.2.live.json',
    ]) {
      const text = JSON.stringify(recorded(file))
      const other = text.replaceAll(/kube-api-access-\w{5}/g, 'kube-api-access-x27wh')
      expect(other).not.toBe(text)
      expect(differences(diffOf(recorded(file), JSON.parse(other) as JsonMap))).toEqual([])
    }
  })

  it('differs where a volume or mount is lost that is only called as those of tokens are', () => {
    const lost = (change: (spec: JsonMap) => void): string[] => {
      const pod = recorded('01-plain/driver.json')
      change(mapAt(pod, 'spec'))
      return differences(diffOf(pod, recorded('01-plain/driver.json')))
    }
    const main = (spec: JsonMap): unknown[] => mapsAt(spec, 'containers')[0]!['volumeMounts'] as unknown[]
    const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
    expect(
      lost((spec) => {
        const token = { name: 'vault-token-dir', emptyDir: {} }
        spec['volumes'] = [...mapsAt(spec, 'volumes'), token]
        main(spec).push({ name: 'vault-token-dir', mountPath })
      }),
    ).toHaveLength(2)
    expect(
      lost((spec) => {
        const [name, secretName] = ['spark-token-x27wh', 'spark-token-x27wh']
        spec['volumes'] = [...mapsAt(spec, 'volumes'), { name, secret: { secretName } }]
        main(spec).push({ name, mountPath })
      }),
    ).toEqual([])
  })

  it('shows quantities that only a default put there as Kubernetes writes them', () => {
    const { fields } = diffOf(recorded('04-pod-template/driver.json'), recorded('04-pod-template/driver.live.json'))
    expect(fields.find(({ rule }) => rule === 'D42')).toMatchObject({ expected: '1', actual: '1' })
  })

  it('differs wherever a value that Kubernetes acts on is changed', () => {
    let changed = 0
    fc.assert(
      fc.property(aBody, fc.nat(), (file, choice) => {
        const pod = recorded(file)
        const places = leaves(mapAt(pod, 'spec'), 'spec').filter(({ path }) => !RUN_ONLY.test(path))
        const { holder, name, path } = places[choice % places.length]!
        const before = holder[name]
        holder[name] =
          typeof before === 'number' ? before + 1 : typeof before === 'boolean' ? !before : otherText(before as string)
        if (IGNORED_VALUE.test(`${path}=${scalarText(before)}`)) return
        changed++
        expect(differences(diffOf(recorded(file), pod)), path).not.toEqual([])
      }),
      { numRuns: 600 },
    )
    expect(changed).toBeGreaterThan(300)
  })

  it('differs where anything is taken away', () => {
    fc.assert(
      fc.property(aBody, fc.nat(), (file, choice) => {
        const pod = recorded(file)
        const lists = ['volumes', 'containers', 'initContainers', 'tolerations']
          .map((list) => mapAt(pod, 'spec')[list])
          .concat(
            mapsAt(pod, 'spec', 'containers').flatMap(({ env, ports, volumeMounts }) => [ports, volumeMounts, env]),
          ) as unknown[][]
        const filled = lists.filter((list) => Array.isArray(list) && list.length > 0)
        const list = filled[choice % filled.length]!
        const [taken] = list.splice(choice % list.length, 1)
        if (list.some((item) => isMap(item) && isMap(taken) && item['name'] === taken['name'])) return
        const isWhole = mapsAt(pod, 'spec', 'containers').length > 0
        if (isWhole) expect(differences(diffOf(recorded(file), pod))).not.toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})

describe('an expectation made from a pod', () => {
  for (const file of [
    ...BODIES,
    '04-pod-template/driver.live.json',
    '10-webhook-vs-template/webhook/executor.webhook-v2.5.2.live.json',
  ])
    it(`matches that pod: ${file}`, () => {
      const pod = sparkPod(recorded(file))
      const expectations = expectationsFromPods([pod]).map((document) => readExpectation(document, 'test'))
      const actual = { from: 'test', pods: [pod], applications: [], captures: [], skipped: [], gaps: [] }
      const answer = verifyPods({
        actual,
        truth: { kind: 'expectations', from: 'test', expectations },
        accept: NOTHING_ACCEPTED,
        isStrict: true,
      })
      expect(differences(answer)).toEqual([])
      expect(answer.exit).toBe('ok')
      expect(answer.fields.length).toBeGreaterThan(20)
    })
})

/** What Spark’s own container is called, what names the run, what stands twice in some environment so that only the last counts, or what Spark's own addresses are. */
const RUN_ONLY =
  /containers\[spark-kubernetes-\w+\]\.name|hostname|SPARK_(USER|CONF_DIR|APPLICATION_ID|EXECUTOR_ID|DRIVER_URL|LOCAL_DIRS)|SPARK_JAVA_OPT|configMap\.name|\.args\[/
/** Values that mean the same as absent, or whose other value does. */
const IGNORED_VALUE = /=$|serviceAccount=|\.claimName=.*-pvc-\d+$|hostPort/

interface LeafPlace {
  holder: Record<string, unknown>
  name: string
  path: string
}

function leaves(value: unknown, path: string): LeafPlace[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, child]) => {
    const label = isMap(child) && typeof child['name'] === 'string' ? child['name'] : name
    const at = Array.isArray(value) ? `${path}[${label}]` : `${path}.${label}`
    if (typeof child === 'object') return leaves(child, at)
    return [{ holder: value as Record<string, unknown>, name, path: at }]
  })
}

/** Another text of the same kind: a quantity stays one. */
function otherText(text: string): string {
  return quantityOf(text) === undefined ? `${text}x` : `${text.length > 3 ? '7' : '17'}${text}`
}

/** The list, where none of its names stands twice: of those the last counts, and order with it. */
function withoutTwins(container: JsonMap, list: string): unknown {
  const names = mapsAt(container, list).map(({ name }) => name)
  return list === 'env' && new Set(names).size < names.length ? undefined : container[list]
}

function shuffle(list: unknown, next: () => number): void {
  if (!Array.isArray(list)) return
  const items = list as unknown[]
  for (let index = list.length - 1; index > 0; index--) {
    const other = next() % (index + 1)
    const item = items[index]
    items[index] = items[other]
    items[other] = item
  }
}

function requantise(resources: JsonMap, unit: string): void {
  for (const [name, value] of Object.entries(resources)) {
    const amount = quantityOf(value)!
    resources[name] =
      unit === 'n'
        ? `${amount}n`
        : unit === 'm' && amount % 1_000_000n === 0n
          ? `${amount / 1_000_000n}m`
          : Number(amount) / 1e9
  }
}
