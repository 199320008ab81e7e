/** Conflict markers that a person left in a file. */
import { Buffer } from 'node:buffer'
import type { Git } from '../../../ports/git.ts'
import { SparkopsError } from '../../errors.ts'
import type { OpenConflict } from '../carry/open-conflict.ts'

/** Numbers of lines that are markers, and that no side of the merge has. */
export async function leftMarkers(git: Git, conflict: OpenConflict | undefined, bytes: Uint8Array): Promise<number[]> {
  const sides = [conflict?.base, conflict?.ours, conflict?.theirs]
  const known = new Set<string>()
  for (const version of sides) {
    if (version?.mode.startsWith('100') !== true) continue
    for (const line of markerLines(await git.readBlob(version.oid))) known.add(line.text)
  }
  return markerLines(bytes)
    .filter(({ text }) => !known.has(text))
    .map(({ number }) => number)
}

function markerLines(bytes: Uint8Array): { number: number; text: string }[] {
  return Buffer.from(bytes)
    .toString('latin1')
    .split('\n')
    .map((text, index) => ({ text, number: index + 1 }))
    .filter(({ text }) => /^(?:<{7}|\|{7}|>{7})(?: |\r?$)/.test(text))
}

/** The error that names where they are. */
export function markersLeft(places: readonly string[]): SparkopsError {
  return new SparkopsError({
    code: 'SO_MARKERS_LEFT',
    message: `conflict markers are left at ${places.join(', ')}`,
    why: 'neither side of the merge has these lines',
    hint: 'edit the file, then sparkops fork resolve PATH',
    exit: 'pending',
  })
}
