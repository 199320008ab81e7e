/** What `operator status` has to say beside plain facts: each remark one rule's. */
import type { Discovery } from '../discover/discover.ts'
import { nameOf } from '../discover/kinds.ts'

/** `broken`: somebody's job suffers or will. `warning`: it will become so. `note`: good to know. */
export type Severity = 'broken' | 'warning' | 'note'

export interface Remark {
  /** Of the rule: `ST-WEBHOOK-BROKEN`. */
  id: string
  severity: Severity
  title: string
  detail: string
  /** Names of what is concerned, in order. */
  objects: string[]
  /** What to do about it. */
  hint: string
}

/** A rule: looks at a discovery, and says what it finds, or nothing. */
export type StatusRule = (discovery: Discovery, now: number) => Remark[]

/** One remark where there are objects, and none where there is nothing to say. */
export function remarkOn(objects: readonly string[], remark: Omit<Remark, 'objects'>): Remark[] {
  return objects.length === 0 ? [] : [{ ...remark, objects: [...objects].sort() }]
}

/** How an object of a discovery is called. */
export function called({ namespace, name }: { namespace: string; name: string }): string {
  return nameOf({ metadata: { namespace, name } })
}
