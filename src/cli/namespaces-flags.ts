/** Flags of `operator namespaces`: what was meant, and how it is probed. */
import { Flags } from '@oclif/core'
import { timeoutOf } from './app-flags.ts'

const many = { multiple: true, multipleNonGreedy: true } as const
const DAY_MS = 86_400_000

export const namespacesFlags = {
  operator: Flags.string({ summary: 'which operator, where there are several', helpValue: 'NS/NAME' }),
  meant: Flags.string({
    summary: 'the namespaces that are meant, * for all; by default what the values say',
    helpValue: 'A,B',
  }),
  namespace: Flags.string({ char: 'n', summary: 'a namespace to show in any case', helpValue: 'NAME', ...many }),
  probe: Flags.boolean({ summary: 'see what the operator does, by probes', exclusive: ['snapshot'] }),
  outside: Flags.string({
    summary: 'a namespace that should not be watched; one is made for it by default',
    helpValue: 'NAME',
    dependsOn: ['probe'],
  }),
  timeout: Flags.string({ summary: 'how long to wait for a probe', default: '1m', helpValue: 'TIME' }),
  'dry-run': Flags.boolean({ summary: 'show what --probe would make, and make nothing', dependsOn: ['probe'] }),
  resume: Flags.string({
    summary: 'go on with a run, or show again what it found: its name, or last',
    exclusive: ['probe', 'snapshot'],
    helpValue: 'RUN',
  }),
}

/** Milliseconds; a day where it should be for ever, since a plan holds it. */
export function probeTimeout(text: string): number {
  return timeoutOf(text) ?? DAY_MS
}
