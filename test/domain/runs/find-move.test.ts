/** Which run commands mean by "last" that go on with, take back or verify a move of the operator. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runDirectories } from '../../../src/adapters/journal/run-directories.ts'
import { isRunId } from '../../../src/domain/plan/run-id.ts'
import { readRecords } from '../../../src/domain/plan/run-record.ts'
import { findMove } from '../../../src/domain/runs/show-run.ts'

let root: string
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'sparkops-runs-'))))
afterEach(() => rm(root, { recursive: true, force: true }))

it('passes over runs of other commands that were begun since', async () => {
  const store = runDirectories({ root, clock: { now: () => Date.now() }, readRecords, isRunId })
  const begin = async (run: string, purpose: string): Promise<void> => {
    const open = await store.create(run, '{}')
    await open.append({ event: 'opened', run, purpose, digest: 'x', undoes: null, tool: '0' })
    await open.close()
  }
  const other = '20260103T000000Z-000003'
  await begin(other, 'operator failover')
  await expect(findMove(store, 'last')).rejects.toThrow('there is no run last')
  await begin('20260101T000000Z-000001', 'operator apply')
  await begin('20260102T000000Z-000002', 'app delete')
  expect((await findMove(store, 'last')).id).toBe('20260101T000000Z-000001')
  expect((await findMove(store, other)).id).toBe(other)
  // A rollout says whose move it is.
  const ofRollout = '20260104T000000Z-000004'
  await begin(ofRollout, 'operator apply (rollout to-25, dev)')
  await begin('20260105T000000Z-000005', 'rollout to-25')
  expect((await findMove(store, 'last')).id).toBe(ofRollout)
})
