/** The machine we run on, as far as the product's commands depend on it. */
export interface Machine {
  readonly nodeVersion: string
  readonly platform: string
  readonly architecture: string
  readonly processors: number
  readonly memoryBytes: number
  /** What the control group allows this process, where it sets a limit. */
  readonly memoryLimitBytes: number | undefined
  /** Looks a program up on the PATH and asks it for its version. */
  findProgram(program: ProgramQuestion): Promise<FoundProgram | undefined>
  /** Loads the embedded query engine; says why where that fails. */
  loadEngine(): Promise<{ version: string } | { failure: string }>
}

export interface ProgramQuestion {
  /** Names it goes by, the usual one first. */
  names: readonly string[]
  versionArguments: readonly string[]
}

export interface FoundProgram {
  path: string
  /** Undefined when it did not tell. */
  version: string | undefined
}
