// How a scheduler process starts: queues, nodes registered closed, pods listed, nodes opened, first tick. After a
// crash the recovered pods are therefore reported two to three ticks after the nodes were opened (1.5 on); 1.4 reports
// them with their nodes, before anything is scheduled.
// Source: k8shim pkg/cache/context.go InitializeState; 1.4: context_recovery.go, partition.AddNode.
import { addApplication } from './core-applications.ts'
import { addForeign, openNode, registerNode } from './core-nodes.ts'
import { ADD, SET, USERGROUP } from './record.ts'
import { type Scheduler } from './scheduler.ts'
import { MILLI, SECOND } from './time.ts'
import { LIMITED_GROUP, LIMITED_QUEUE, QUEUES } from './workload.ts'

export function boot(scheduler: Scheduler): void {
  const { core, around } = scheduler
  for (const queue of QUEUES) {
    core.queues.add(queue)
    core.queueEvent(queue, ADD, 0)
  }
  if (around.profile.users) {
    core.emit({ type: USERGROUP, object: LIMITED_GROUP, change: SET, detail: 601, reference: LIMITED_QUEUE })
    core.emit({ type: USERGROUP, object: 'carol', change: SET, detail: 600, reference: LIMITED_QUEUE })
  }
  if (around.profile.oldRecovery) {
    scheduler.later(around.random.int(200, 1500) * MILLI, () => recoverAsOf14(scheduler))
    return
  }
  for (const node of around.cluster.presentNodes()) registerNode(core, node)
  scheduler.later(around.random.int(250, 400) * MILLI, () => listPods(scheduler))
}

/** Steps 3 to 5: pods become tasks, foreign ones are counted, nodes open, informers start, the first tick. */
function listPods(scheduler: Scheduler): void {
  const { core, around } = scheduler
  const { cluster } = around
  const removed = [...core.nodes.keys()].filter((name) => !cluster.presentNodes().some((node) => node.name === name))
  cluster.watcher = scheduler
  planAccidents(scheduler)
  const live = cluster.pods.filter((pod) => pod.ended === null)
  for (const pod of live) if (pod.role === 'foreign') addForeign(core, pod)
  for (const pod of live) if (pod.role !== 'foreign') scheduler.adopt(pod)
  // A pod of a lost node is listed until the garbage collector takes it, and its application is submitted.
  for (const pod of cluster.pods) {
    const stale = pod.lost && pod.gone !== null && pod.gone > around.agenda.now
    if (stale && pod.role !== 'foreign') scheduler.adopt(pod)
  }
  for (const name of core.nodes.keys()) openNode(core, name)
  for (const name of removed) scheduler.nodeRemoved(core.nodes.get(name)!.node)
  scheduler.tick()
}

/** What may happen between the list of pods and the submission of their tasks, two to three seconds later. */
function planAccidents(scheduler: Scheduler): void {
  const { random, params, cluster, agenda } = scheduler.around
  if (!scheduler.restarted) return
  for (const pod of cluster.pods) {
    if (pod.bound === null || pod.ended !== null) continue
    if (pod.role === 'driver' && random.chance(params.features.driverDeathInRecovery)) {
      agenda.in(random.int(20, 2200) * MILLI, () => cluster.end(pod))
    }
  }
  const nodes = cluster.presentNodes()
  // A Node object deleted in the dark while its machine runs on is beyond what any dump can tell: not in the model.
  const soon = params.outages.some(({ at }) => at * SECOND > agenda.now && at * SECOND < agenda.now + 5 * SECOND)
  if (soon || nodes.length < 4 || !random.chance(params.features.nodeRemovalInRecovery)) return
  const node = random.pick(nodes)
  agenda.in(random.int(50, 2600) * MILLI, () => {
    if (node.gone !== null) return
    cluster.forgetNode(node)
    // What ran there ends when the machine does, some time later, or runs to its own end.
    for (const pod of cluster.pods) {
      if (pod.node === node.name && pod.ended === null && random.chance(0.7)) {
        agenda.in(random.pause(100 * MILLI, 30 * SECOND), () => cluster.end(pod))
      }
    }
  })
}

/** 1.4: applications first, then every node with what runs on it; only then is anything scheduled. */
function recoverAsOf14(scheduler: Scheduler): void {
  const { core, around } = scheduler
  const { cluster } = around
  cluster.watcher = scheduler
  planAccidents(scheduler)
  const live = cluster.pods.filter((pod) => pod.ended === null)
  for (const pod of live) if (pod.role !== 'foreign') scheduler.adopt(pod)
  for (const app of scheduler.apps.values()) {
    const bound = [...app.tasks.values()].find(({ pod }) => pod.bound !== null)
    if (bound !== undefined)
      app.state = addApplication(core, app.plan, bound.pod, scheduler.restarted) ? 'accepted' : 'failed'
  }
  for (const node of cluster.presentNodes()) {
    registerNode(core, node)
    scheduler.recoverOn(node.name)
    for (const pod of live) if (pod.role === 'foreign' && pod.node === node.name) addForeign(core, pod)
    core.nodeEvent(node.name, SET, 301, { message: 'ready: true' })
    openNode(core, node.name)
  }
  scheduler.later(around.random.int(100, 900) * MILLI, () => scheduler.tick())
}
