// What the made cluster consists of: its queues, users, machines and the sizes of its pods. Data, no code that acts.
// Names and sizes follow a recording of the real YuniKorn core.

const GIB = 1_073_741_824
const MIB = 1_048_576

/**
 * @typedef {object} Resource What a pod asks for, and its text in an event (map keys sorted, as Go writes them).
 * @property {number} memory bytes
 * @property {number} vcore milli-cores
 * @property {number} gpu
 * @property {number} disk bytes of ephemeral-storage
 * @property {string} json
 */

/** @type {Map<string, Resource>} */
const interned = new Map()

/**
 * @param {number} memory
 * @param {number} vcore
 * @param {number} disk
 * @param {number} gpu
 * @returns {Resource} the same object for the same sizes
 */
export function resource(memory, vcore, disk = 0, gpu = 0) {
  const entries = [
    ...(disk > 0 ? [`"ephemeral-storage":{"value":${disk}}`] : []),
    `"memory":{"value":${memory}}`,
    ...(gpu > 0 ? [`"nvidia.com/gpu":{"value":${gpu}}`] : []),
    '"pods":{"value":1}',
    `"vcore":{"value":${vcore}}`,
  ]
  const json = `{"resources":{${entries.join(',')}}}`
  const known = interned.get(json)
  if (known) return known
  const made = { memory, vcore, gpu, disk, json }
  interned.set(json, made)
  return made
}

/**
 * The quantities of a resource by the name YuniKorn gives them.
 * @param {Resource} of
 * @returns {[string, number][]}
 */
export function quantities(of) {
  /** @type {[string, number][]} */
  const all = [
    ['ephemeral-storage', of.disk],
    ['memory', of.memory],
    ['nvidia.com/gpu', of.gpu],
    ['pods', 1],
    ['vcore', of.vcore],
  ]
  return all.filter(([, value]) => value > 0)
}

/**
 * The same in Go's %v of a map, as messages have it.
 * @param {Resource} of
 */
export function asGoMap(of) {
  return `map[${quantities(of)
    .map(([name, value]) => `${name}:${value}`)
    .join(' ')}]`
}

/** An in-place resize adds this much; the user's tracker gets it as an event of its own. */
export const RESIZE = {
  memory: 250 * MIB,
  vcore: 250,
  json: `{"resources":{"memory":{"value":${250 * MIB}},"vcore":{"value":250}}}`,
}

export const DRIVERS = [
  resource(2 * GIB, 1000),
  resource(2 * GIB, 1000, 5 * GIB),
  resource(4 * GIB, 1000),
  resource(4 * GIB, 2000, 5 * GIB),
  resource(8 * GIB, 2000),
]

/** Memory with Spark's overhead factor of 0.1 in the odd ones: 7830765568 is 6.6 GiB and its share. */
export const EXECUTORS = [
  2_147_483_648, 3_221_225_472, 4_294_967_296, 7_830_765_568, 12_884_901_888, 7_293_894_656,
].flatMap((memory) =>
  [1000, 1500, 2000, 4000].flatMap((vcore) => [0, 5 * GIB, 20 * GIB].map((disk) => resource(memory, vcore, disk))),
)

export const GPU_EXECUTORS = [1, 2].map((gpu) => resource(16 * GIB, 4000, 0, gpu))

export const USERS = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'svc-etl', 'svc-ml']

/** Users whose group has a limit on GROUP_QUEUE: their events there come twice, for the user and for the group. */
export const GROUP = { name: 'data-eng', queue: 'root.spark.dev', users: new Set(['alice', 'carol', 'erin']) }

/** Parents first, as YuniKorn tells them. */
export const QUEUES = [
  'root',
  'root.default',
  'root.batch',
  'root.spark',
  'root.spark.prod',
  'root.spark.dev',
  'root.ml',
  'root.small',
  'root.users',
]

/** The busier ones more than once. */
export const LEAF_QUEUES = [
  'root.default',
  'root.batch',
  'root.spark.prod',
  'root.spark.prod',
  'root.spark.dev',
  'root.spark.dev',
  'root.ml',
]

/** A queue a user; made at the first application and gone with the last. */
export const USER_QUEUES = 'root.users'

/** Sizes of machines, and how many of each. */
export const MACHINES = [
  { type: 'a', count: 26, capacity: { memory: 256 * GIB, vcore: 63_770, disk: 800 * GIB, gpu: 0 } },
  { type: 'b', count: 20, capacity: { memory: 512 * GIB, vcore: 63_770, disk: 800 * GIB, gpu: 0 } },
  { type: 'g', count: 6, capacity: { memory: 384 * GIB, vcore: 47_810, disk: 800 * GIB, gpu: 8 } },
]

/** Pods of every machine that YuniKorn sees and does not schedule. */
export const FOREIGN = [resource(128 * MIB, 100), resource(300 * MIB, 250), resource(64 * MIB, 50)]
