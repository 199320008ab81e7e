/** A request failed without an answer. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  /** Whether the server may have seen the request. */
  readonly sent: boolean

  constructor(cause: unknown, sent: boolean) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.sent = sent
  }

  get code(): string {
    return (this.cause as NodeJS.ErrnoException).code ?? ''
  }
}
