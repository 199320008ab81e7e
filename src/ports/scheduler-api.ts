/** YuniKorn's REST API, as far as it is read. */

/** An answer, whatever its status. */
export interface SchedulerAnswer {
  status: number
  /** UTF-8, as it came. */
  body: string
}

export interface SchedulerApi {
  /** Where it is asked, for people. */
  readonly address: string
  /**
   * Asks for a path with its query. Resolves with whatever was answered; throws a SparkopsError that exits
   * `unreachable` when nothing was, when the answer broke off, or when it was larger than can be held.
   */
  get(path: string, signal: AbortSignal): Promise<SchedulerAnswer>
  close(): void
}
