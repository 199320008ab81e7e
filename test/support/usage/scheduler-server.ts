/**
 * An HTTP server that answers as YuniKorn's REST API does, defects included. The ring of events is that of
 * pkg/events/event_ringbuffer.go in yunikorn-core, step by step: what a page holds follows from it.
 */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SchedulerServerOptions {
  /** `event.ringBufferCapacity`. */
  capacity: number
  /** `event.RESTResponseSize`. */
  responseSize?: number
}

/** What to do instead of answering. */
export type Fault = 'refuse' | 'garbage' | 'cut' | 'tracking off' | 'hang'

export class SchedulerServer {
  #ring: string[] = []
  #head = 0
  #isFull = false
  #id = 0
  #lowest = 0
  #instance: string
  readonly #options: SchedulerServerOptions
  readonly #server: Server
  readonly #bodies = new Map<string, string>()
  /** Every event served by its number, by instance: what a reader can have seen. */
  readonly added = new Map<string, string[]>()
  fault: Fault | undefined
  /** Requests for pages so far. */
  asked = 0

  private constructor(instance: string, options: SchedulerServerOptions) {
    this.#instance = instance
    this.#options = options
    this.added.set(instance, [])
    this.#server = createServer((request, response) => this.#answer(request.url ?? '', response))
  }

  static async start(instance: string, options: SchedulerServerOptions): Promise<SchedulerServer> {
    const scheduler = new SchedulerServer(instance, options)
    await new Promise<void>((resolve) => scheduler.#server.listen(0, '127.0.0.1', resolve))
    return scheduler
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get instance(): string {
    return this.#instance
  }

  get lowest(): number {
    return this.#lowest
  }

  /** Adds events, as YuniKorn writes them. */
  add(...events: readonly string[]): void {
    const { capacity } = this.#options
    for (const event of events) {
      this.#ring[this.#head] = event
      if (!this.#isFull) this.#isFull = this.#head === capacity - 1
      else this.#lowest++
      this.#head = (this.#head + 1) % capacity
      this.#id++
      this.added.get(this.#instance)!.push(event)
    }
  }

  /** Another process: everything is forgotten. */
  restart(instance: string): void {
    this.#ring = []
    this.#head = 0
    this.#isFull = false
    this.#id = 0
    this.#lowest = 0
    this.#instance = instance
    this.added.set(instance, [])
  }

  /** Sets the answer of another path. */
  serve(path: string, body: string): void {
    this.#bodies.set(path, body)
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #answer(url: string, response: ServerResponse): void {
    const { pathname, searchParams, search } = new URL(url, 'http://localhost')
    if (this.fault === 'refuse') return void response.destroy()
    if (this.fault === 'hang') return
    if (this.fault === 'garbage') return void response.end('<html>502 Bad Gateway</html>')
    response.setHeader('content-type', 'application/json')
    if (pathname !== '/ws/v1/events/batch') {
      const body = this.#bodies.get(pathname + search)
      return body === undefined ? refuse(response, 404, 'not found') : void response.end(`${body}\n`)
    }
    this.asked++
    if (this.fault === 'tracking off') return refuse(response, 500, 'Event tracking is disabled')
    const { responseSize = 10_000 } = this.#options
    const count = Math.min(Number(searchParams.get('count') ?? responseSize), responseSize)
    if (count === 0) return refuse(response, 400, '0 is not a valid value for "count"')
    const body = this.#page(Number(searchParams.get('start') ?? 0), count)
    if (this.fault === 'cut') {
      response.setHeader('content-length', Buffer.byteLength(body))
      response.write(body.slice(0, body.length / 2), () => response.destroy())
      return
    }
    response.end(`${body}\n`)
  }

  #page(start: number, count: number): string {
    const events = this.#eventsFrom(start, count)
    const highest = Math.max(0, this.#id - 1)
    const records = events === undefined ? 'null' : `[${events.join(',')}]`
    return `{"InstanceUUID":${JSON.stringify(this.#instance)},"LowestID":${this.#lowest},"HighestID":${highest},"EventRecords":${records}}`
  }

  #eventsFrom(id: number, asked: number): string[] | undefined {
    const { capacity } = this.#options
    if (id < this.#lowest || id >= this.#id) return undefined
    const position = id % capacity
    const count = Math.min(asked, capacity)
    if (!this.#isFull || position < this.#head)
      return this.#ring.slice(position, Math.min(position + count, this.#head))
    const first = this.#ring.slice(position, Math.min(position + count, capacity))
    // Below zero this wraps around in YuniKorn, where it is unsigned: the defect.
    const rest = position + count - capacity
    const end = rest < 0 ? this.#head : Math.min(rest, this.#head)
    return [...first, ...this.#ring.slice(0, end)]
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.statusCode = status
  response.end(JSON.stringify({ status_code: status, message, description: message }))
}
