// What happens to the cluster besides applications: nodes lost, removed and added, pods resized, foreign pods.
import { type Surroundings } from './core.ts'
import { GIB, MIB } from './quantities.ts'
import { MILLI, type Nanos, SECOND } from './time.ts'
import { FOREIGN_POD, NODES } from './workload.ts'

/** Nodes and foreign pods that are there before anything else. */
export function furnish({ cluster, params, random, agenda }: Surroundings): void {
  for (const { name, instanceType, capacity } of NODES) cluster.addNode(name, instanceType, capacity)
  for (const node of cluster.presentNodes()) {
    for (let i = 0; i < 2; i++) {
      if (!random.chance(params.features.foreign)) continue
      const pod = cluster.createPod({
        name: `kube-proxy-${node.name}-${i}`,
        app: '',
        owner: null,
        role: 'foreign',
        taskGroup: '',
        resource: random.chance(0.5) ? FOREIGN_POD : { memory: 300 * MIB, pods: 1, vcore: 250 },
        runsFor: random.chance(0.3) ? random.pause(5 * SECOND, 120 * SECOND) : Number.POSITIVE_INFINITY,
      })
      cluster.bind(pod, node.name, agenda.now)
    }
  }
}

/** Plans the accidents of a whole simulation, and those of each outage. */
export function planOperations(around: Surroundings): void {
  const { params, random, agenda } = around
  const end = params.duration * SECOND
  if (random.chance(params.features.nodeRemoval)) agenda.at(random.float() * end, () => loseSomeNode(around))
  if (random.chance(params.features.nodeRemoval)) agenda.at(random.float() * end, () => addNode(around))
  for (const { at, down } of params.outages) {
    if (down === null || !random.chance(params.features.nodeLoss)) continue
    agenda.at((at + random.float() * down) * SECOND, () => loseSomeNode(around))
  }
  // Before 1.6 nobody hears of a resize, and clusters of that time did not resize pods.
  if (!around.profile.resize) return
  for (let at: Nanos = 5 * SECOND; at < end; at += random.pause(SECOND, 10 * SECOND)) {
    agenda.at(at, () => resizeSome(around))
  }
}

function loseSomeNode({ cluster, random }: Surroundings): void {
  const nodes = cluster.presentNodes()
  if (nodes.length > 3) cluster.loseNode(random.pick(nodes))
}

function addNode({ cluster, random }: Surroundings): void {
  const capacity = { 'ephemeral-storage': 200 * GIB, memory: 60 * GIB, pods: 110, vcore: 16_000 }
  cluster.addNode(`node-d${random.int(1, 99)}`, 'm5.4xlarge', capacity)
}

function resizeSome({ cluster, params, random }: Surroundings): void {
  const running = cluster.pods.filter(
    ({ role, bound, ended, deleting }) => role === 'executor' && bound !== null && ended === null && deleting === null,
  )
  for (const pod of running) {
    if (!random.chance(params.features.resizes / 10)) continue
    const memory = pod.resource['memory']! + random.pick([-512, 256, 1024]) * MIB
    const vcore = pod.resource['vcore']! + random.pick([-250, 250, 500])
    cluster.resize(pod, { ...pod.resource, memory: Math.max(memory, 512 * MIB), vcore: Math.max(vcore, 250) })
  }
}

/** The user removes some applications while they run: pods and scheduler hear of it at once. */
export const REMOVAL_AFTER = { shortest: 3 * SECOND, longest: 30 * SECOND, tell: 1 * MILLI } as const
