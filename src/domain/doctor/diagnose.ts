/** Finds out what a machine allows, for each group of commands. Reads only. */
import type { FoundProgram, Machine } from '../../ports/machine.ts'
import type { ClusterFinding } from './diagnose-cluster.ts'
import { API_VERSION, type Document } from '../document.ts'
import { GROUPS, PROGRAMS, type GroupRequirement } from './requirements.ts'

export interface DoctorReport extends Document {
  kind: 'DoctorReport'
  node: { version: string; supported: boolean }
  machine: {
    platform: string
    architecture: string
    processors: number
    memoryBytes: number
    memoryLimitBytes: number | null
  }
  engine: { works: boolean; version: string | null; failure: string | null }
  programs: ProgramFinding[]
  groups: GroupFinding[]
  /** Null where no cluster is named. */
  cluster: ClusterFinding | null
}

export interface ProgramFinding {
  name: string
  found: boolean
  path: string | null
  version: string | null
  usedFor: string
}

export interface GroupFinding {
  group: string
  works: boolean
  /** What is missing, in words; what it rests on where it works. */
  why: string
}

/** Asks the machine for all that commands depend on; `asked`: what is found of a cluster meanwhile. */
export async function diagnoseMachine(
  machine: Machine,
  asked: Promise<ClusterFinding | null> = Promise.resolve(null),
): Promise<DoctorReport> {
  const [engine, programs, cluster] = await Promise.all([
    machine.loadEngine(),
    Promise.all(
      PROGRAMS.map(async (program) =>
        programFinding(program.names[0]!, program.usedFor, await machine.findProgram(program)),
      ),
    ),
    asked,
  ])
  const node = { version: machine.nodeVersion, supported: isSupportedNode(machine.nodeVersion) }
  const failure = 'failure' in engine ? engine.failure : null
  return {
    apiVersion: API_VERSION,
    kind: 'DoctorReport',
    node,
    machine: {
      platform: machine.platform,
      architecture: machine.architecture,
      processors: machine.processors,
      memoryBytes: machine.memoryBytes,
      memoryLimitBytes: machine.memoryLimitBytes ?? null,
    },
    engine: { works: failure === null, version: 'version' in engine ? engine.version : null, failure },
    programs,
    groups: GROUPS.map((group) => groupFinding(group, node.supported, failure, programs)),
    cluster,
  }
}

/** Whether any group of commands cannot work here. A cluster is another place: one that does not answer is told only. */
export function hasFindings(report: DoctorReport): boolean {
  return report.groups.some((group) => !group.works)
}

/** Node ^20.19 or >=22.12: what package.json's engines say. */
export function isSupportedNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22
}

function programFinding(name: string, usedFor: string, found: FoundProgram | undefined): ProgramFinding {
  return { name, found: found !== undefined, path: found?.path ?? null, version: found?.version ?? null, usedFor }
}

function groupFinding(
  { group, engine, programs: needed }: GroupRequirement,
  nodeSupported: boolean,
  engineFailure: string | null,
  programs: readonly ProgramFinding[],
): GroupFinding {
  const missing = needed.filter((name) => !programs.some((program) => program.name === name && program.found))
  const reasons = [
    nodeSupported ? '' : 'Node must be ^20.19 or >=22.12',
    engine && engineFailure !== null ? `the query engine does not load: ${engineFailure}` : '',
    missing.length > 0 ? `not found: ${missing.join(', ')}` : '',
  ].filter((reason) => reason !== '')
  const rests = [engine ? 'the query engine loads' : '', ...needed.map((name) => `${name} found`)]
  const why = reasons.length > 0 ? reasons : rests.filter((reason) => reason !== '')
  return { group, works: reasons.length === 0, why: why.join('; ') }
}
