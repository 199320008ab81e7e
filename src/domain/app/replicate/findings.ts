/** What stands against running a copy, and what should be known before it. */
import type { SparkopsError } from '../../errors.ts'
import type { Unseen } from '../../operator/discover/sight.ts'
import type { Finding } from '../../plan/plan.ts'
import { type DataPlace, isBelow } from './places.ts'
import type { Reference } from './references.ts'

const SOURCE = 'the manifest of the original'

/** Places that the copy would write to as the original does: blocked, or to be acknowledged where that was allowed. */
export function outputFindings(key: string, places: readonly DataPlace[], allowed: readonly string[]): Finding[] {
  const risky = places.filter(({ use }) => use !== 'reads')
  const isAllowed = ({ address }: DataPlace): boolean =>
    allowed.some((prefix) => prefix === 'all' || isBelow(address, prefix))
  const [open, passed] = [risky.filter((place) => !isAllowed(place)), risky.filter(isAllowed)]
  return [
    ...open.map((place) => ({
      ...finding('APP-REPLICATE-SAME-OUTPUT', key, 'the copy would write where the original writes', place),
      consequence: 'lose' as const,
      gate: 'block' as const,
      fix: `send it elsewhere: --map ${place.address}=ADDRESS; or, if that does no harm: --allow-write ${place.address}`,
    })),
    ...passed.map((place) => ({
      ...finding(
        'APP-REPLICATE-ALLOWED-OUTPUT',
        key,
        'the copy writes where the original writes, as was allowed',
        place,
      ),
      consequence: 'lose' as const,
      gate: 'ack' as const,
      fix: '',
    })),
  ]
}

function finding(id: string, key: string, title: string, { path, address, why, use }: DataPlace) {
  const said = use === 'unknown' ? `${why}, so it counts as written` : why
  return {
    id,
    direction: 'forward' as const,
    title,
    detail: `${path}: ${masked(address)}: ${said}`,
    objects: [key],
    source: SOURCE,
  }
}

export function missingFinding(key: string, { type, name, from }: Reference, namespace: string): Finding {
  const place = type.namespaced ? ` in namespace ${namespace}` : ''
  return {
    id: 'APP-REPLICATE-MISSING',
    direction: 'forward',
    title: `${type.kind} ${name} is not there${place}`,
    detail: `${from} names it; without it the copy cannot run`,
    objects: [key],
    consequence: 'strand',
    gate: 'block',
    fix: `make it${place}, or choose a namespace that has it: --to-namespace`,
    source: SOURCE,
  }
}

export function refusedFinding(key: string, { message, why = '' }: SparkopsError): Finding {
  return {
    id: 'APP-REPLICATE-REFUSED',
    direction: 'forward',
    title: 'the API server does not take the copy',
    detail: `${message}: ${why}`,
    objects: [key],
    consequence: 'strand',
    gate: 'block',
    fix: 'mend what is named; an older operator may not know a field of a newer one',
    source: 'dry-run with fieldValidation=Strict',
  }
}

/** What no manifest tells; images are pulled by nodes, which cannot be asked from here. */
export function unknownFinding(key: string, unknowable: readonly string[], image: string | undefined): Finding {
  const pulls = image === undefined ? [] : [`whether nodes can pull ${image}`]
  return {
    id: 'APP-REPLICATE-UNKNOWN',
    direction: 'forward',
    title: 'this cannot be told from the manifest',
    detail: [...unknowable, ...pulls].join('; '),
    objects: [key],
    consequence: 'note',
    gate: 'auto',
    fix: '',
    source: SOURCE,
  }
}

export function unseenFinding({ what, why }: Unseen): Finding {
  return {
    id: 'APP-REPLICATE-UNSEEN',
    direction: 'forward',
    title: `${what} could not be looked at`,
    detail: why,
    objects: [],
    consequence: 'note',
    gate: 'auto',
    fix: '',
    source: 'the rights of this login',
  }
}

/** A password in an address is nobody's business. */
function masked(address: string): string {
  return address.replace(/:\/\/[^\s/@]*:[^\s/@]*@/, '://(masked)@')
}
