/** What was pushed, or would be, for people. */
import type { ForkPublication } from '../../domain/fork/publish/publish-fork.ts'
import { sanitize } from '../sanitize.ts'
import { outcomeLine } from '../steps.ts'
import type { Block, View } from '../view.ts'

export const publicationView: View<ForkPublication> = {
  *blocks(publication, { style }): Generator<Block> {
    const { status, mode, url, id, updates, pullRequest, proof } = publication
    const isDone = status === 'published'
    yield outcomeLine(isDone ? 'ok' : 'wait', `${sanitize(id)} ${status} to ${sanitize(url)} (${mode})`, style)
    for (const { ref, before, after } of updates) {
      yield `  ${sanitize(ref)}: ${before === null ? 'new' : before.slice(0, 12)} -> ${after.slice(0, 12)}`
    }
    yield `proof ${proof}`
    if (!isDone) yield 'Next: repeat with --yes'
    else if (pullRequest !== null) yield `Next: ${sanitize(pullRequest)}`
  },
  names: ({ updates }) => updates.map(({ ref }) => ref),
}
