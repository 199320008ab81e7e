import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.ts'
import { demoReport, demoSteps } from '../cli/demo-steps.ts'
import { API_VERSION } from '../domain/document.ts'
import { type Demo as DemoDocument, demoView } from '../ui/demo-view.ts'

const NEXT = [
  "curl -s 'http://localhost:9080/ws/v1/events/batch?count=10000' > events.json",
  'sparkops usage compute events.json --by queue,user',
  'sparkops usage report events.json',
]

export default class Demo extends BaseCommand {
  static override summary = 'Show on shipped recordings what usage is about, in five steps.'
  static override description =
    'Needs no cluster and no network. Computes the usage of two recordings of a real scheduler, holds it against ' +
    "the scheduler's own figures, and draws a report."
  static override flags = {
    out: Flags.string({
      summary: 'where to write the report; in the directory for temporary files unless said',
      helpValue: 'FILE',
    }),
  }
  static override examples = [
    { description: 'The guided run', command: '<%= config.bin %> demo' },
    { description: 'With the report where you want it', command: '<%= config.bin %> demo --out report.html' },
  ]

  async run(): Promise<void> {
    const { flags } = await this.parse(Demo)
    const demo: DemoDocument = {
      apiVersion: API_VERSION,
      kind: 'Demo',
      steps: demoSteps({
        root: this.config.root,
        out: flags.out ?? demoReport(),
        createdAt: new Date(this.clock.now()).toISOString(),
        progress: () => undefined,
      }),
      next: NEXT,
    }
    await this.present(demo, demoView)
  }
}
