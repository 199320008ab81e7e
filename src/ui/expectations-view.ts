/** Expectations as people keep them: YAML, one document for each role. */
import type { PodExpectationList } from '../domain/pods/expect/expectation-list.ts'
import { renderYaml } from './json.ts'
import type { Block, View } from './view.ts'

export const expectationsView: View<PodExpectationList> = {
  async *blocks({ items }): AsyncGenerator<Block> {
    for (const item of items) {
      yield '---'
      let text = ''
      for await (const piece of renderYaml(item)) text += piece
      yield text.trimEnd()
    }
  },
}
