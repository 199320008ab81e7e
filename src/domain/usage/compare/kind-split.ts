// Which of an application's allocations YuniKorn must have booked under another kind than we did. Events do not say
// what a placeholder is: the rule that infers it (docs/usage-rules.md §4) can be wrong for a pod or two. Where the sums
// of all kinds agree and only the split differs, the report itself can tell which allocations these are.
import { type Kind, KINDS } from '../question.ts'
import { type Amounts, isNothing, subtract, type UsageByKind } from './amounts.ts'

/** An allocation of the application and what kinds it can have been. */
export interface SplitCandidate {
  allocation: string
  kind: Kind
  others: readonly Kind[]
  /** Its whole seconds × its resources. */
  amounts: Amounts
}

export interface KindMove {
  allocation: string
  from: Kind
  to: Kind
}

/** Choices that fit: a choice of which a part fits already does not count. */
export interface SplitChoices {
  count: number
  moves: KindMove[]
}

interface Effect extends KindMove {
  amounts: Amounts
}

/** Moves that are tried together, and the most allocations for which three at a time are tried. */
const MOST_FOR_THREE = 300
const MOST_FOR_TWO = 5000

/**
 * Moves that turn our sums into theirs; `told` are the kinds of the report, whose differences (theirs − ours) are given.
 * Either every allocation that can move, or at most three. Undefined: no choice fits.
 */
export function chooseKinds(
  differences: UsageByKind,
  candidates: readonly SplitCandidate[],
  told: readonly Kind[],
): SplitChoices | undefined {
  const target = flatten(differences, told)
  const effects = candidates.flatMap((candidate) => effectsOf(candidate, told))
  const all = everyOne(effects, target)
  if (all !== undefined) return { count: 1, moves: all.map(toMove) }
  const found = combinations(effects, target)
  const [first] = found
  return first === undefined ? undefined : { count: found.length, moves: first.map(toMove) }
}

/** Every allocation that can have been of another kind was: amounts are positive, so no fewer of them would do. */
function everyOne(effects: readonly Effect[], target: Amounts): Effect[] | undefined {
  for (const from of KINDS) {
    for (const to of KINDS) {
      const all = effects.filter((effect) => effect.from === from && effect.to === to)
      const rest = all.reduce<Amounts>((sum, effect) => subtract(sum, effect.amounts), target)
      if (all.length > 0 && isNothing(rest)) return all
    }
  }
  return undefined
}

function combinations(effects: readonly Effect[], target: Amounts): Effect[][] {
  const byKey = new Map<string, number[]>()
  for (const [index, effect] of effects.entries()) {
    const key = keyOf(effect.amounts)
    byKey.set(key, [...(byKey.get(key) ?? []), index])
  }
  const completing = (rest: Amounts, after: number): number[] =>
    (byKey.get(keyOf(rest)) ?? []).filter((index) => index > after)
  const found: number[][] = completing(target, -1).map((index) => [index])
  const note = (choice: number[]): void => {
    if (!found.some((part) => part.every((index) => choice.includes(index)))) found.push(choice)
  }
  const tried = effects.length <= MOST_FOR_TWO ? [...effects.keys()] : []
  for (const i of tried) for (const j of completing(subtract(target, effects[i]!.amounts), i)) note([i, j])
  for (const i of effects.length <= MOST_FOR_THREE ? tried : []) {
    const rest = subtract(target, effects[i]!.amounts)
    for (let j = i + 1; j < effects.length; j++)
      for (const k of completing(subtract(rest, effects[j]!.amounts), j)) note([i, j, k])
  }
  return found.map((choice) => choice.map((index) => effects[index]!)).filter(ofDifferentAllocations)
}

function ofDifferentAllocations(choice: readonly Effect[]): boolean {
  return new Set(choice.map((effect) => effect.allocation)).size === choice.length
}

function effectsOf(candidate: SplitCandidate, told: readonly Kind[]): Effect[] {
  const { allocation, kind: from, amounts } = candidate
  const effects = candidate.others.map((to): Effect => {
    const moved = new Map<string, bigint>()
    for (const [resource, amount] of amounts) {
      if (amount === 0n) continue
      if (told.includes(from)) moved.set(`${from} ${resource}`, -amount)
      if (told.includes(to)) moved.set(`${to} ${resource}`, amount)
    }
    return { allocation, from, to, amounts: moved }
  })
  return effects.filter((effect) => effect.amounts.size > 0)
}

function flatten(usage: UsageByKind, told: readonly Kind[]): Amounts {
  return new Map(told.flatMap((kind) => [...usage[kind]].map(([name, n]): [string, bigint] => [`${kind} ${name}`, n])))
}

function keyOf(amounts: Amounts): string {
  return [...amounts]
    .filter(([, amount]) => amount !== 0n)
    .map(([name, amount]) => `${name}=${amount}`)
    .sort()
    .join()
}

function toMove({ allocation, from, to }: Effect): KindMove {
  return { allocation, from, to }
}
