/** What each group of commands needs. A new group is a new row. */
import type { ProgramQuestion } from '../../ports/machine.ts'

/** Programs we look for, and what they are for. */
export const PROGRAMS: readonly (ProgramQuestion & { usedFor: string })[] = [
  { names: ['git'], versionArguments: ['--version'], usedFor: 'forks' },
  { names: ['helm'], versionArguments: ['version', '--short'], usedFor: 'operator moves' },
  { names: ['kubectl'], versionArguments: ['version', '--client'], usedFor: 'looking at clusters by hand' },
  { names: ['java'], versionArguments: ['-version'], usedFor: 'local Spark runs' },
  { names: ['python3', 'python'], versionArguments: ['--version'], usedFor: 'local PySpark runs' },
  {
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    versionArguments: ['--version'],
    usedFor: 'the tests of reports',
  },
]

export interface GroupRequirement {
  group: string
  /** Whether it needs the embedded query engine. */
  engine: boolean
  /** Names from PROGRAMS. */
  programs: readonly string[]
}

export const GROUPS: readonly GroupRequirement[] = [
  { group: 'demo', engine: true, programs: [] },
  { group: 'usage', engine: true, programs: [] },
  { group: 'fork', engine: false, programs: ['git'] },
  // Helm is needed for charts alone; a command that meets one says so.
  { group: 'operator', engine: false, programs: [] },
  { group: 'app', engine: false, programs: [] },
  { group: 'pods', engine: false, programs: [] },
  { group: 'runs', engine: false, programs: [] },
]
