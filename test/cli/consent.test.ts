/** Consent: who is asked, what counts as an answer, and when nothing happens. */
import { describe, expect, it } from 'vitest'
import { type ConsentAnswers, requireConsent } from '../../src/cli/consent.ts'

const LIGHT = { question: 'Change it', severe: false, name: 'prod' }
const SEVERE = { ...LIGHT, severe: true }

async function outcome(question: typeof LIGHT, answers: ConsentAnswers, typed?: string): Promise<string> {
  const asked: string[] = []
  const ask = (prompt: string): Promise<string> => {
    asked.push(prompt)
    return Promise.resolve(typed!)
  }
  const end = await requireConsent(question, answers, typed === undefined ? undefined : { ask }).then(
    () => 'consent',
    (error: unknown) => (error as { exit: string }).exit,
  )
  return asked.length > 0 ? `asked, ${end}` : end
}

describe('consent', () => {
  it('on a terminal is a yes, or the typed name for what is severe', async () => {
    expect(await outcome(LIGHT, { yes: false }, 'y')).toBe('asked, consent')
    expect(await outcome(LIGHT, { yes: false }, '')).toBe('asked, failed')
    expect(await outcome(SEVERE, { yes: false }, 'y')).toBe('asked, failed')
    expect(await outcome(SEVERE, { yes: true }, 'prod')).toBe('asked, consent')
    expect(await outcome(SEVERE, { yes: true }, 'prod2')).toBe('asked, failed')
  })

  it('without a terminal is --yes, and --confirm with the right name for what is severe', async () => {
    expect(await outcome(LIGHT, { yes: true })).toBe('consent')
    expect(await outcome(LIGHT, { yes: false })).toBe('usage')
    expect(await outcome(SEVERE, { yes: true })).toBe('usage')
    expect(await outcome(SEVERE, { yes: false, confirm: 'prod' })).toBe('usage')
    expect(await outcome(SEVERE, { yes: true, confirm: 'prod' })).toBe('consent')
  })

  it('is never given by a --confirm that names something else, not even for what is light', async () => {
    expect(await outcome(LIGHT, { yes: true, confirm: 'staging' })).toBe('usage')
    expect(await outcome(SEVERE, { yes: true, confirm: 'staging' }, 'prod')).toBe('usage')
  })
})
