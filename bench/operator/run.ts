/**
 * Speed and memory of `operator plan` on many applications, as ratios to `kubectl get` of the same objects.
 *   node scripts/run-ts.mjs bench/operator/run.ts [--apps 5000] [--shapes 40] [--rounds 3] [--from CHART] [--to CHART]
 * On a control plane of its own. Whole processes in turn; a ratio is the median over the rounds.
 */
import { spawnSync } from 'node:child_process'
import { devNull, tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { load } from 'js-yaml'
import { findBinaries, findBinary } from '../../src/adapters/control-plane/find-binaries.ts'
import { startControlPlane } from '../../src/adapters/control-plane/start-control-plane.ts'
import { openKubeCluster } from '../../src/adapters/kube/open-cluster.ts'
import { CRD, NAMESPACE } from '../../src/domain/operator/discover/kinds.ts'
import type { Cluster, KubeObject, ResourceType } from '../../src/ports/cluster.ts'
import { measure, type Run } from '../usage/measure.mjs'

const AT_ONCE = 16

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      apps: { type: 'string', default: '5000' },
      shapes: { type: 'string', default: '40' },
      rounds: { type: 'string', default: '3' },
      from: { type: 'string', default: 'test/fixtures/operator/1.3.8' },
      to: { type: 'string', default: 'test/fixtures/operator/2.5.2' },
    },
  })
  const helm = findBinary('helm', process.env)
  if (helm !== undefined) process.env.PATH = `${dirname(helm)}${delimiter}${process.env.PATH ?? ''}`
  let remove: () => Promise<void> = () => Promise.resolve()
  const plane = await startControlPlane(findBinaries(process.env), (stop) => ((remove = stop), () => undefined))
  try {
    process.env.KUBECONFIG = plane.kubeconfigPath
    await fill(plane.kubeconfigPath, Number(values.apps), Number(values.shapes), resolve(values.from))
    const install = ['upgrade', '--install', 'spark-operator', resolve(values.from), '-n', 'spark-operator']
    const helmed = spawnSync('helm', [...install, '--create-namespace', '--no-hooks'], { encoding: 'utf8' })
    if (helmed.status !== 0) throw new Error(helmed.stderr)
    const plan = ['node', 'bin/run.js', 'operator', 'plan', '--to', resolve(values.to), '-o', 'json']
    const get = ['kubectl', 'get', 'sparkapplications.sparkoperator.k8s.io', '-A', '-o', 'json']
    const rounds: { plan: Run; get: Run }[] = []
    for (let round = 0; round < Number(values.rounds); round++) {
      rounds.push({ plan: await run(plan), get: await run(get) })
    }
    tell(`${values.apps} applications of ${values.shapes} shapes`, rounds)
  } finally {
    await plane.stop()
    await remove()
  }
}

async function run(command: string[]): Promise<Run> {
  const report = join(tmpdir(), `sparkops-bench-${process.pid}`)
  const result = await measure(command, devNull, report)
  rmSync(report, { force: true })
  // 2, 3 and 7 are answers too.
  if (![0, 2, 3, 7].includes(result.code)) throw new Error(`${command.join(' ')}: ${result.code} ${result.stderr}`)
  return result
}

function tell(title: string, rounds: readonly { plan: Run; get: Run }[]): void {
  const line = (name: string, runs: readonly Run[]) =>
    console.log(
      `${name.padEnd(14)} ${median(runs, (one) => one.wall).toFixed(2)} s, ${median(runs, (one) => one.peak ?? 0).toFixed(0)} MiB at most`,
    )
  console.log(title)
  line(
    'operator plan',
    rounds.map(({ plan }) => plan),
  )
  line(
    'kubectl get',
    rounds.map(({ get }) => get),
  )
  const ratio = median(rounds, ({ plan, get }) => plan.wall / get.wall)
  console.log(`ratio          ${ratio.toFixed(1)} in time`)
}

function median<T>(items: readonly T[], of: (item: T) => number): number {
  const sorted = items.map(of).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

async function fill(kubeconfig: string, count: number, shapes: number, chart: string): Promise<void> {
  const cluster = await openKubeCluster({ kubeconfig, env: {}, interactive: false, userAgent: 'sparkops-bench' })
  try {
    for (const file of readdirSync(join(chart, 'crds'))) {
      await cluster.create(CRD, load(readFileSync(join(chart, 'crds', file), 'utf8')) as KubeObject)
    }
    const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'jobs' } }
    await cluster.create(NAMESPACE, namespace)
    await createAll(cluster, await served(cluster), count, shapes)
  } finally {
    await cluster.close()
  }
}

async function served(cluster: Cluster): Promise<ResourceType> {
  for (;;) {
    const type = await cluster.findType({ group: 'sparkoperator.k8s.io', kind: 'SparkApplication' })
    if (type !== undefined) return type
    await new Promise((done) => setTimeout(done, 200))
  }
}

async function createAll(cluster: Cluster, type: ResourceType, count: number, shapes: number): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) {
      const number = next++
      await cluster.create(type, application(number, shapes)).catch(async (error: unknown) => {
        if (number >= AT_ONCE) throw error
        // The very first may come before every path answers.
        await new Promise((done) => setTimeout(done, 3000))
        await cluster.create(type, application(number, shapes))
      })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** Of the size that applications usually have: some 3 kB, a third of it lists. */
function application(number: number, shapes: number): KubeObject {
  const shape = number % shapes
  const env = Array.from({ length: 4 + (shape % 8) }, (_, index) => ({
    name: `VARIABLE_${index}`,
    value: `${number}-${index}`,
  }))
  const pod = {
    cores: 1 + (shape % 3),
    memory: '2g',
    labels: { team: `team-${number % 7}` },
    env,
    serviceAccount: 'spark',
  }
  return {
    apiVersion: 'sparkoperator.k8s.io/v1beta2',
    kind: 'SparkApplication',
    metadata: { name: `application-${number}`, namespace: 'jobs' },
    spec: {
      type: 'Scala',
      mode: shape % 5 === 0 ? undefined : 'cluster',
      image: `registry.example/spark:${number % 11}`,
      mainClass: 'org.example.Job',
      mainApplicationFile: `local:///opt/jobs/${number}.jar`,
      arguments: Array.from({ length: shape % 6 }, (_, index) => `--input=${number}-${index}`),
      sparkVersion: '3.5.0',
      sparkConf: Object.fromEntries(
        Array.from({ length: 12 }, (_, index) => [`spark.example.key${index}`, `${number}`]),
      ),
      restartPolicy: { type: shape % 4 === 0 ? 'Always' : 'Never' },
      driver: pod,
      executor: { ...pod, instances: 2 + (number % 40) },
    },
  }
}

await main()
