import { Args, Flags } from '@oclif/core'
import { convertFlags, readConversion, refuseConvertFlags, writeTemplates } from '../../cli/app-convert-flags.ts'
import { BaseCommand } from '../../cli/base-command.ts'
import { consentFlags } from '../../cli/consent.ts'
import { outputFlag } from '../../cli/flags.ts'
import { refuseToReplace } from '../../cli/new-file.ts'
import { replaceFile, writeFileWhole } from '../../cli/output.ts'
import { appConversionView, appManifestView, diffText, lossLines } from '../../ui/app-conversion-view.ts'

export default class AppConvert extends BaseCommand {
  static override summary = 'Make applications do without the mutating webhook.'
  static override description =
    'What the webhook of that operator patched goes into the pod template, or into sparkConf; what it filled in is written ' +
    'out; what the controller and YuniKorn’s plugin read stays. What no manifest can carry stays where it is, and is told ' +
    'with the reason and what to do instead: then it ends with 3. Comments, order and style of the files are kept.'
  static override args = {
    file: Args.string({
      required: true,
      multiple: true,
      description: 'manifests: file, directory, -',
      ignoreStdin: true,
    }),
  }
  static override flags = {
    output: outputFlag('diff'),
    ...convertFlags,
    out: Flags.string({ summary: 'write the manifest here and report on standard output', helpValue: 'FILE' }),
    force: Flags.boolean({ summary: 'with --out: replace a file' }),
    'in-place': Flags.boolean({ summary: 'change the files themselves, after showing the difference' }),
    'dry-run': Flags.boolean({ summary: 'show the difference and the report, write nothing' }),
    yes: consentFlags.yes,
  }
  static override examples = [
    { description: 'To look at', command: '<%= config.bin %> app convert app.yaml --operator-version 2.5.2' },
    {
      description: 'What it would do, field by field',
      command: '<%= config.bin %> app convert app.yaml --operator-version 2.5.2 --dry-run',
    },
    {
      description: 'A whole repository, in a pipeline',
      command: '<%= config.bin %> app convert apps/ --operator-version 2.5.2 --in-place --yes',
    },
  ]
  static override exitCodes = ['findings', 'data'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AppConvert)
    refuseConvertFlags(flags, args.file)
    if (flags.out !== undefined && !flags['dry-run']) await refuseToReplace(flags.out, flags.force)
    const conversion = await readConversion(args.file, flags)
    const { exit, files } = conversion
    const changed = files.filter(({ isChanged }) => isChanged)
    const isReport =
      flags['dry-run'] || flags['in-place'] || flags.out !== undefined || flags.output !== 'table' || flags.json
    if (flags['in-place'] || flags['dry-run']) this.note(diffText(conversion))
    if (!flags['dry-run']) {
      if (flags['in-place'] && changed.length > 0) {
        await this.consent({ question: `Change ${changed.length} files`, severe: false, name: '' }, flags)
        for (const { file, text } of changed) await replaceFile(file, text)
      }
      if (flags.out !== undefined)
        await writeFileWhole(
          flags.out,
          files.map(({ text }) => text),
        )
      await writeTemplates(conversion, flags['templates-out'])
    }
    if (!isReport) for (const line of lossLines(conversion)) this.warning(line)
    await this.present(conversion, isReport ? appConversionView : appManifestView, { exit })
  }
}
