// Numbers that facts carry in a store: one for all that a named scheduler told, whatever file it stood in, so that an
// allocation is packed whole; one for each connection that does not say whose it is.
import { type InputRecord } from '../input-record.ts'
import { type SourceRecord } from '../scan/sources.ts'
import { type StoreManifest, type StoreSource } from './manifest.ts'

/** The store's number for each source of a run, and what the store knows of sources afterwards. */
export function numberSources(
  records: readonly InputRecord[],
  base: Pick<StoreManifest, 'sources' | 'nextSource'>,
): { numbers: Map<number, number>; sources: StoreSource[]; nextSource: number } {
  const known = new Map(base.sources.map((one) => [keyOf(one.cluster, one.instance), one.src]))
  const sources = [...base.sources]
  const numbers = new Map<number, number>()
  let nextSource = base.nextSource
  const all = records.flatMap((record) => record.sources)
  for (const source of all) {
    if (source.sameAs !== undefined) continue
    const name = nameOf(source)
    const found = name === undefined ? undefined : known.get(keyOf(source.cluster, name))
    const src = found ?? nextSource++
    numbers.set(source.src, src)
    if (found !== undefined || name === undefined) continue
    known.set(keyOf(source.cluster, name), src)
    sources.push({ src, cluster: source.cluster, instance: name })
  }
  for (const { src, sameAs } of all) if (sameAs !== undefined) numbers.set(src, numbers.get(sameAs)!)
  return { numbers, sources, nextSource }
}

/** The scheduler, null for listings of a cluster, undefined for a connection that does not say. */
function nameOf({ instance, stretches }: SourceRecord): string | null | undefined {
  return stretches === undefined ? null : instance
}

function keyOf(cluster: string, instance: string | null): string {
  return JSON.stringify([cluster, instance])
}
