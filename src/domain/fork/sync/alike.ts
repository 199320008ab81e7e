/** A run goes on as it was begun: with the same build, signed or not. */
import { SparkopsError } from '../../errors.ts'
import { requireSameBuild } from '../checks/user-build.ts'
import type { SyncTools } from './advance.ts'
import type { StartEntry } from './ledger.ts'

/**
 * Throws (usage) where the flags of now differ from those of the beginning. Neither is taken from the ledger, which may
 * come from somebody else: what it names is not run, and nothing is signed by the user because it says so.
 */
export function requireAlike(start: StartEntry, { build, signer }: Pick<SyncTools, 'build' | 'signer'>): void {
  requireSameBuild(start.exec, build)
  const wasSigned = start.sign === true
  if (wasSigned === (signer !== undefined)) return
  throw new SparkopsError({
    code: 'SO_OTHER_SIGNING',
    message: `the run was begun ${wasSigned ? 'with' : 'without'} --sign`,
    why: 'a series that is signed in part says less than one that is signed or not',
    hint: wasSigned ? 'add --sign' : 'leave --sign out, or sparkops fork abort and begin with it',
    exit: 'usage',
  })
}
