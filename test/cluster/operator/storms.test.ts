/** Others write the same objects without a pause while a move goes on: each of our writes is tried again, and ends. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect } from 'vitest'
import { despiteOthers } from '../../../src/domain/operator/apply/conflicts.ts'
import { isRefusal } from '../../../src/domain/kube-error.ts'
import type { Cluster, ObjectKey } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { carry, planTo, sessionOf, takeBack, verifyRunOf, withoutGrace } from '../../support/operator/planned.ts'
import { APPLICATIONS, CRDS, installOld, JOBS, makeApplication, OPERATOR } from '../../support/operator/scenario.ts'
import { standInForNodes } from '../../support/operator/stand-in.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = mkdtempSync(join(tmpdir(), 'sparkops-storms-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Writes an annotation of each object in turn, without a pause, until it is told to stop; gives how often. */
function storm(cluster: Cluster, keys: readonly ObjectKey[]): () => Promise<number> {
  let isOver = false
  let written = 0
  const blow = async (): Promise<void> => {
    for (let turn = 0; !isOver; turn += 1) {
      const body = { metadata: { annotations: { 'test/storm': String(turn) } } }
      const write = cluster.patch(keys[turn % keys.length]!, { type: 'merge', body })
      if (await write.then(() => true).catch(() => false)) written += 1
    }
  }
  const blowing = blow()
  return async () => {
    isOver = true
    await blowing
    return written
  }
}

const crd = (resource: string): ObjectKey => ({ type: CRDS, name: `${resource}.sparkoperator.k8s.io` })

describe('a move on which others write all the time', () => {
  it('ends as any other, and so does the way back: nothing of theirs is overwritten', async () => {
    const nodes = standInForNodes(lab())
    const cluster = await openLab(lab())
    await installOld(lab(), cluster)
    await makeApplication(cluster, 'half-submitted', '', true)
    const applications = ['half-submitted', 'app-running', 'app-new', 'app-completed'].map((name) => ({
      ...{ type: APPLICATIONS, namespace: JOBS, name },
    }))
    const session = sessionOf(lab(), cluster, home)
    const plan = withoutGrace(await planTo(lab(), cluster, '2.5.2', { values: [{ webhook: { enable: false } }] }))
    const storms = [
      storm(cluster, [crd(APPLICATIONS.resource)]),
      storm(cluster, [...applications, OPERATOR, { ...OPERATOR, name: 'spark-operator-controller' }]),
    ]
    const { run } = await carry(session, plan)
    expect((await verifyRunOf(session, run)).outcome).toBe('ok')
    await takeBack(session, run, { lowerCrds: true })
    for (const stop of storms) expect(await stop()).toBeGreaterThan(50)
    for (const key of applications) {
      expect((await cluster.get(key))?.metadata.annotations).toHaveProperty('test/storm')
    }
    await nodes.stop()
  }, 240_000)
})

describe('a write that others are always ahead of', () => {
  it('ends with what to look for, and is resumable', async () => {
    const cluster = await openLab(lab())
    const key = { type: APPLICATIONS, namespace: JOBS, name: 'app-completed' }
    const body = { metadata: { annotations: { 'test/storm': 'ahead' } } }
    let tries = 0
    const write = async (): Promise<void> => {
      tries += 1
      const live = (await cluster.get(key))!
      body.metadata.annotations['test/storm'] = String(tries)
      await cluster.patch(key, { type: 'merge', body })
      await cluster.replace(APPLICATIONS, live)
    }
    await expect(despiteOthers('sparkapplications/jobs/app-completed', write)).rejects.toMatchObject({
      code: 'SO_CONFLICTS',
      exit: 'pending',
      message: expect.stringContaining('sparkapplications/jobs/app-completed') as string,
    })
    expect(tries).toBe(100)
    await expect(write()).rejects.toSatisfy((error: unknown) => isRefusal(error, 'Conflict'))
  }, 60_000)
})
