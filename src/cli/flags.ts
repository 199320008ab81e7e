/** Flags that commands share. Each can also be set by `SPARKOPS_<FLAG>`; `BaseCommand` sees to that. */
import { Flags } from '@oclif/core'

/** The forms that every document has. */
const COMMON_FORMATS = ['table', 'wide', 'json', 'yaml', 'name'] as const

/** `-o`, for a command that has more forms than the common ones: `output: outputFlag('csv')`. */
export function outputFlag<const Extra extends string>(...extra: Extra[]) {
  return Flags.option({
    char: 'o',
    summary: 'form of the result',
    options: [...COMMON_FORMATS, ...extra] as const,
    default: 'table',
    helpValue: 'FORM',
    helpGroup: 'GLOBAL',
  })()
}

/** For commands that work long: tell how far it is. */
export const progressFlag = Flags.boolean({
  summary: 'tell how far it is on standard error (by itself on a terminal)',
  allowNo: true,
})

/** What every command understands. */
export const globalFlags = {
  output: outputFlag(),
  json: Flags.boolean({ summary: 'same as -o json', helpGroup: 'GLOBAL' }),
  'no-headers': Flags.boolean({ summary: 'tables without their first line', helpGroup: 'GLOBAL' }),
  color: Flags.option({
    summary: 'colour',
    options: ['auto', 'always', 'never'] as const,
    default: 'auto' as const,
    helpValue: 'WHEN',
    helpGroup: 'GLOBAL',
  })(),
  ascii: Flags.boolean({ summary: 'no signs beyond ASCII', helpGroup: 'GLOBAL' }),
  quiet: Flags.boolean({ char: 'q', summary: 'no notes and no progress', helpGroup: 'GLOBAL' }),
  debug: Flags.boolean({ summary: 'errors show their stack', helpGroup: 'GLOBAL' }),
}

/** The variable that sets a flag: `no-headers` is `SPARKOPS_NO_HEADERS`. */
export function flagVariable(name: string): string {
  return `SPARKOPS_${name.toUpperCase().replaceAll('-', '_')}`
}
