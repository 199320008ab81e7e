/** Which run is meant by a name, the beginning of one, or `last`. */
import type { RunStore, StoredRun } from '../../../ports/journal.ts'
import { SparkopsError } from '../../errors.ts'
import { addUp } from '../../plan/run-record.ts'

/** A run of this purpose; throws (exit 1) where there is none, or where a beginning fits several. */
export async function chooseRun(store: RunStore, asked: string, purpose: string): Promise<StoredRun> {
  const candidates: StoredRun[] = []
  for (const id of (await store.list()).toReversed()) {
    if (asked !== 'last' && !id.startsWith(asked)) continue
    const stored = await store.read(id)
    if (stored === undefined || addUp(stored.records)?.purpose !== purpose) continue
    candidates.push(stored)
    if (asked === 'last' || candidates.length > 1) break
  }
  const [only] = candidates
  if (only !== undefined && candidates.length === 1) return only
  throw new SparkopsError({
    code: 'SO_NO_SUCH_RUN',
    message: `there is no one run "${asked}" of ${purpose}`,
    why: only === undefined ? 'none of that name is in the journal' : 'several begin like that',
    hint: 'sparkops runs list shows them all',
  })
}
