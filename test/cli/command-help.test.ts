import { expect, it } from 'vitest'
import { commandHelp } from '../../src/cli/help/command.ts'
import type { CommandEntry } from '../../src/cli/manifest.ts'

const command: CommandEntry = {
  id: 'usage:compute',
  summary: 'Compute the bill.',
  description:
    'First paragraph.\n\nSecond paragraph, which is long enough that it has to be broken at the end of a line.',
  args: { dump: { name: 'dump', required: true, multiple: true, description: 'files' } },
  flags: {
    output: {
      name: 'output',
      type: 'option',
      char: 'o',
      helpGroup: 'GLOBAL',
      helpValue: 'FORM',
      options: ['table', 'json'],
    },
    by: { name: 'by', type: 'option', multiple: true, summary: 'group by', default: 'app' },
    pods: { name: 'pods', type: 'option', helpGroup: 'EVIDENCE', summary: 'a pod listing', helpValue: 'FILE' },
    progress: { name: 'progress', type: 'boolean', allowNo: true, summary: 'tell how far it is' },
    since: { name: 'since', type: 'option', required: true, summary: 'where it begins' },
    secret: { name: 'secret', type: 'boolean', hidden: true },
  },
  examples: [{ description: 'A bill', command: '<%= config.bin %> <%= command.id %> dump/' }],
  exitCodes: ['data'],
}

it('a command is explained in the order a reader asks: what, how to call it, flags by group, examples, exit codes', () => {
  expect(commandHelp(command, 'sparkops', (_tone, text) => text)).toBe(`Compute the bill.

USAGE
  sparkops usage compute DUMP... --since SINCE [FLAGS]

ARGUMENTS
  DUMP...  files

FLAGS
      --by BY          group by (may be repeated; default app)
      --[no-]progress  tell how far it is
      --since SINCE    where it begins (required)

EVIDENCE FLAGS
      --pods FILE  a pod listing

GLOBAL FLAGS
  -o, --output FORM  (table|json)

DESCRIPTION
  First paragraph.

  Second paragraph, which is long enough that it has to be broken at the end of
  a line.

EXAMPLES
  # A bill
  $ sparkops usage compute dump/

EXIT CODES
    0  ok           done, or nothing to do
    1  failed       it failed in an expected way
   64  usage        wrong flags or arguments
   65  data         input is malformed; file, line or field named
   70  bug          a defect of sparkops; please report it
  130  interrupted  Ctrl-C; says how to resume
`)
})
