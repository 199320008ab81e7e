/** Time as the domain sees it: a value it is given, so that tests can give another. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}
