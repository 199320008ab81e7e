/** The one renderer of help: `help …`, `--help`, and no command at all lead here. */
import type { Paint } from '../../ui/color.ts'
import type { Manifest } from '../manifest.ts'
import { isTopic, unknownCommand } from '../route.ts'
import { commandHelp } from './command.ts'
import { environmentHelp, exitCodesHelp, rootHelp, topicHelp } from './overview.ts'

const SUBJECTS: Readonly<Record<string, (program: string, paint: Paint) => string>> = {
  'exit-codes': exitCodesHelp,
  environment: environmentHelp,
}

/** The names that `help` knows beside commands and topics. */
export const HELP_SUBJECTS: readonly string[] = Object.keys(SUBJECTS)

/** Help about the words given: none is the program itself. Throws a usage error for words that name nothing. */
export function helpText(manifest: Manifest, subject: readonly string[], program: string, paint: Paint): string {
  if (subject.length === 0) return rootHelp(manifest, program, paint)
  const command = manifest.commands[subject.join(':')]
  if (command) return commandHelp(command, program, paint)
  const special = subject.length === 1 ? SUBJECTS[subject[0]!] : undefined
  if (special) return special(program, paint)
  const ids = Object.keys(manifest.commands)
  if (isTopic(subject, ids)) return topicHelp(manifest, subject.join(':'), program, paint)
  throw unknownCommand(subject, ids, program)
}
