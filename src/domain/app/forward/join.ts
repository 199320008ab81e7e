/** Joins connections made here with connections made in the driver that runs at that moment. */
import type { ByteChannel, Cluster, KubeObject } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import { POD } from '../../operator/discover/kinds.ts'
import { portOf, type WantedPort } from './ports.ts'

interface JointOptions {
  cluster: Cluster
  signal: AbortSignal
  note: (text: string) => void
}

export class Joints {
  private readonly options: JointOptions
  private readonly open = new Set<ByteChannel>()
  /** Browsers try again and again: what went wrong is told once for a driver. */
  private told = new Set<string>()
  private driver: KubeObject | undefined
  private application: KubeObject | undefined

  constructor(options: JointOptions) {
    this.options = options
  }

  /** Connections to come go to this driver; undefined: to none. Those to another are closed, so that clients come anew. */
  aimAt(driver: KubeObject | undefined, application: KubeObject): void {
    if (driver?.metadata.uid !== this.driver?.metadata.uid) {
      this.told = new Set()
      this.closeAll()
    }
    this.driver = driver
    this.application = application
  }

  /** Carries bytes both ways until one side ends, and closes both. Throws nothing. */
  async join(here: ByteChannel, wanted: WantedPort): Promise<void> {
    this.open.add(here)
    let there: ByteChannel | undefined
    try {
      there = await this.connect(wanted)
      if (there === undefined || !this.open.has(here)) return
      this.open.add(there)
      const driver = there
      // A connection that is over here is over there as well, also where it broke.
      void carry(here.incoming, driver).then(
        () => driver.close(),
        () => driver.close(),
      )
      await carry(driver.incoming, here)
    } catch (error) {
      this.tell(error)
    } finally {
      for (const channel of [here, there]) {
        if (channel === undefined) continue
        channel.close()
        this.open.delete(channel)
      }
    }
  }

  closeAll(): void {
    for (const channel of this.open) channel.close()
    this.open.clear()
  }

  private async connect(wanted: WantedPort): Promise<ByteChannel | undefined> {
    const { driver, application } = this
    if (driver === undefined || application === undefined) {
      this.tell(new Error('no driver runs: connections are closed until one does'))
      return undefined
    }
    const { namespace, name } = driver.metadata
    const port = portOf(application, driver, wanted)
    return await this.options.cluster.connect({ type: POD, namespace, name }, port, this.options.signal)
  }

  private tell(error: unknown): void {
    if (this.options.signal.aborted || !(error instanceof Error)) return
    const text = error instanceof SparkopsError && error.why ? `${error.message}: ${error.why}` : error.message
    if (this.told.has(text)) return
    this.told.add(text)
    this.options.note(text)
  }
}

async function carry(bytes: AsyncIterable<Uint8Array>, to: ByteChannel): Promise<void> {
  for await (const chunk of bytes) await to.send(chunk)
}
