/** Counters out of Prometheus' text format (prometheus/docs content/docs/instrumenting/exposition_formats.md). */

export interface Sample {
  labels: Readonly<Record<string, string>>
  value: number
}

const LINE = /^[A-Za-z_:][\w:]*(?:\{(.*)\})? +(\S+)/
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g

/** The samples of a name; anything else of the text is passed over. */
export function samplesOf(text: string, metric: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    // Most lines of an API server are of other metrics: the name is looked at before anything else.
    const end = line.search(/[{ ]/)
    if (end < 1 || line.slice(0, end) !== metric) return []
    const match = LINE.exec(line)
    if (match === null) return []
    const labels = Object.fromEntries([...(match[1] ?? '').matchAll(LABEL)].map(([, name, value]) => [name!, value!]))
    return [{ labels, value: Number(match[2]) }]
  })
}

/** The sum of those samples that fit. */
export function sumOf(samples: readonly Sample[], fits: (sample: Sample) => boolean): number {
  return samples.filter(fits).reduce((sum, { value }) => sum + value, 0)
}
