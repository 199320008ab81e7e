/** An upstream of which nothing is known: layout, values and generators are taken as they are found. */
import type { UpstreamKnowledge } from './knowledge.ts'

export const genericKnowledge: UpstreamKnowledge = {
  files: [],
  directories: [],
  retired: [],
  values: [],
  valuesFiles: [],
  generators: [],
}
