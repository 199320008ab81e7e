/** `app forward`: ports of this machine that lead to the driver, whichever attempt runs. */
import type { ByteChannel, Cluster, KubeObject } from '../../../ports/cluster.ts'
import type { LocalPort, LocalPorts } from '../../../ports/local-ports.ts'
import { API_VERSION, type Document } from '../../document.ts'
import { SparkopsError } from '../../errors.ts'
import { textAt } from '../../operator/discover/json.ts'
import { POD } from '../../operator/discover/kinds.ts'
import { failureOf } from '../failure/classify.ts'
import { noApplication } from '../list.ts'
import { hasEnded, type Observation, phaseOf } from '../observation.ts'
import { keyOf } from '../read.ts'
import { mainStatus } from '../row.ts'
import { track } from '../track.ts'
import { Joints } from './join.ts'
import { portOf, requireUi, SPARK_UI, uiPathOf, uiPortOf, type WantedPort } from './ports.ts'

export interface ApplicationForward extends Document {
  kind: 'ApplicationForward'
  application: string
  /** The pod that runs now; later attempts take its place. */
  driver: string
  ports: ForwardedPort[]
}

export interface ForwardedPort {
  address: string
  local: number
  remote: number
  /** Of Spark's UI; null for other ports, of which nothing says what they speak. */
  url: string | null
}

export interface ForwardOptions {
  cluster: Cluster
  localPorts: LocalPorts
  namespace: string
  name: string
  wanted: readonly WantedPort[]
  /** Of this machine, to listen on. */
  address: string
  /** Waits for a driver where none runs, rather than to throw. */
  isPatient: boolean
  signal: AbortSignal
  now: () => number
  sleep: (milliseconds: number) => Promise<void>
  /** Told once, when the ports can be used. */
  onOpen: (forward: ApplicationForward) => Promise<void>
  /** Remarks: another driver, a connection that failed. */
  note: (text: string) => void
}

/** Spark opens its UI some seconds after its container began. */
const UI_WITHIN_MS = 60_000
const LOOK_AGAIN_MS = 1000
/** A port at which nothing listens is refused at once; where nothing is said for so long, something listens. */
const REFUSED_WITHIN_MS = 1000

/**
 * Listens until the application has ended or is gone, which it tells as a remark, or the signal aborts. Throws where no
 * driver runs, nothing listens at its UI's port, or a port here is taken.
 */
export async function forwardPorts(options: ForwardOptions): Promise<void> {
  const { cluster, namespace, name, signal, note } = options
  const forwarding = new Forwarding(options)
  try {
    for await (const tracked of track(cluster, { namespace, name }, { signal, onTrouble: note })) {
      const over = await forwarding.goOn(tracked.get(keyOf(namespace, name)))
      if (over === undefined) continue
      note(over)
      return
    }
  } finally {
    forwarding.close()
  }
  signal.throwIfAborted()
}

/** What is open, and whom it leads to. */
class Forwarding {
  private readonly options: ForwardOptions
  private readonly joints: Joints
  private ports: LocalPort[] | undefined
  private driver: KubeObject | undefined

  constructor(options: ForwardOptions) {
    this.options = options
    this.joints = new Joints(options)
  }

  /** Takes in how the application stands; gives why nothing more is to come. */
  async goOn(observation: Observation | undefined): Promise<string | undefined> {
    const { namespace, name } = this.options
    const key = keyOf(namespace, name)
    if (observation === undefined) {
      if (this.ports === undefined) throw noApplication(name, namespace)
      return `${key} was deleted`
    }
    const driver = runningDriver(observation)
    this.joints.aimAt(driver, observation.object)
    if (this.ports !== undefined) this.tellChange(driver)
    else if (driver === undefined) requirePatience(observation, this.options)
    else this.ports = await openAll(observation.object, driver, this.joints, this.options)
    this.driver = driver
    return hasEnded(observation) ? `${key} is ${observation.application.state}` : undefined
  }

  close(): void {
    for (const port of this.ports ?? []) port.close()
    this.joints.closeAll()
  }

  private tellChange(driver: KubeObject | undefined): void {
    if (driver?.metadata.uid === this.driver?.metadata.uid) return
    const { note } = this.options
    if (driver !== undefined) note(`${driver.metadata.name} runs, and is what the ports lead to now`)
    else if (this.driver !== undefined) note(`${this.driver.metadata.name} has ended`)
  }
}

/** The driver while its own container runs: a sidecar may outlive it. */
function runningDriver({ driver }: Observation): KubeObject | undefined {
  if (driver === undefined || phaseOf(driver) !== 'Running' || driver.metadata.deletionTimestamp !== undefined)
    return undefined
  const state = (mainStatus(driver) as { state?: { running?: unknown; terminated?: unknown } } | undefined)?.state
  return state?.running === undefined ? undefined : driver
}

function requirePatience(observation: Observation, { isPatient, now }: ForwardOptions): void {
  const { application } = observation
  const key = keyOf(application.namespace, application.name)
  if (isPatient && !hasEnded(observation)) return
  const reason = failureOf(observation, now())?.reason
  throw new SparkopsError({
    code: 'SO_NO_DRIVER',
    message: `no driver of ${key} runs`,
    why: `it is ${application.state || 'NEW'}${reason === undefined ? '' : `: ${reason}`}`,
    hint: hasEnded(observation)
      ? 'its UI is gone with it; what its event log holds a Spark history server shows'
      : '--wait waits for it; sparkops app status tells more',
  })
}

async function openAll(
  application: KubeObject,
  driver: KubeObject,
  joints: Joints,
  options: ForwardOptions,
): Promise<LocalPort[]> {
  const { wanted, address, onOpen, note } = options
  if (wanted.some(({ remote }) => remote === SPARK_UI)) {
    requireUi(application)
    await awaitUi(application, driver, options)
  }
  const open: LocalPort[] = []
  const ports: ForwardedPort[] = []
  try {
    for (const one of wanted) {
      const remote = portOf(application, driver, one)
      const port = await listen(one, remote, joints, options)
      open.push(port)
      const url = remote === uiPortOf(application, driver) ? urlOf(address, port.port) : null
      ports.push({ address, local: port.port, remote, url })
    }
    const { namespace = '', name } = application.metadata
    const document = { application: keyOf(namespace, name), driver: driver.metadata.name, ports }
    await onOpen({ apiVersion: API_VERSION, kind: 'ApplicationForward', ...document })
  } catch (error) {
    for (const port of open) port.close()
    throw error
  }
  const path = uiPathOf(application)
  if (path !== undefined) note(`spark.ui.proxyBase is ${path}: links and pictures of the UI lead there`)
  return open
}

/** Where nobody said which port of this machine, the UI's own number where it is free, else any. */
async function listen(
  one: WantedPort,
  remote: number,
  joints: Joints,
  { localPorts, address }: ForwardOptions,
): Promise<LocalPort> {
  const accept = (connection: ByteChannel): void => void joints.join(connection, one)
  if (one.remote !== SPARK_UI) return await localPorts.listen(address, one.local, accept)
  try {
    return await localPorts.listen(address, remote, accept)
  } catch {
    return await localPorts.listen(address, 0, accept)
  }
}

/** Waits while the driver is young; throws where nothing listens at the UI's port. */
async function awaitUi(application: KubeObject, driver: KubeObject, options: ForwardOptions): Promise<void> {
  const { cluster, signal, now, sleep, note } = options
  const port = portOf(application, driver, { local: 0, remote: SPARK_UI })
  const startedAt = Date.parse(textAt(mainStatus(driver), 'state', 'running', 'startedAt') ?? '')
  const until = Math.min(startedAt, now()) + UI_WITHIN_MS
  for (let tries = 1; ; tries++) {
    const refusal = await refusalOf(cluster, driver, port, { signal, sleep })
    if (refusal === undefined) return
    if (!(now() < until)) throw refusal
    if (tries === 1) note(`${driver.metadata.name} has no UI yet`)
    await sleep(LOOK_AGAIN_MS)
  }
}

async function refusalOf(
  cluster: Cluster,
  driver: KubeObject,
  port: number,
  { signal, sleep }: Pick<ForwardOptions, 'signal' | 'sleep'>,
): Promise<SparkopsError | undefined> {
  const { namespace, name } = driver.metadata
  const channel = await cluster.connect({ type: POD, namespace, name }, port, signal)
  try {
    const first = channel.incoming[Symbol.asyncIterator]().next()
    const patience = sleep(REFUSED_WITHIN_MS)
    // Whichever of the two comes second may fail when the channel is closed, or at Ctrl-C.
    for (const one of [first, patience]) one.catch(() => undefined)
    await Promise.race([first, patience])
    return undefined
  } catch (error) {
    if (error instanceof SparkopsError && error.code === 'SO_PORT_CLOSED') return error
    throw error
  } finally {
    channel.close()
  }
}

/** An address that means all of this machine's is none that a browser goes to. */
function urlOf(address: string, port: number): string {
  const named = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address] ?? address
  const host = named.includes(':') ? `[${named}]` : named
  return `http://${host}:${port}`
}
