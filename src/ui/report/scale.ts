/** Scales of the report's pictures: round ticks for amounts and times, places in per cent of a picture's width. */
import { dateOf, timeOf } from './figures.ts'

/** Round values from 0 to at least `most`, about `count` of them. */
export function amountTicks(most: number, count: number): number[] {
  if (!(most > 0)) return [0, 1]
  const rough = most / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10)
  const ticks = [0]
  while (ticks.at(-1)! < most) ticks.push(ticks.length * step)
  return ticks
}

const SECOND = 1_000_000_000n
const DAY = 86_400n
const STEPS = [
  ...[1n, 2n, 5n, 10n, 15n, 30n, 60n, 120n, 300n, 600n, 900n, 1800n, 3600n, 7200n, 10_800n, 21_600n, 43_200n],
  ...[DAY, 2n * DAY, 7n * DAY, 14n * DAY, 28n * DAY, 56n * DAY, 112n * DAY, 365n * DAY],
]

export interface TimeTick {
  at: bigint
  label: string
}

/** Round times within [from, to], at most about eight. */
export function timeTicks(from: bigint, to: bigint): TimeTick[] {
  let step = (STEPS.find((one) => (to - from) / (one * SECOND) <= 8n) ?? 365n * DAY) * SECOND
  while ((to - from) / step > 8n) step *= 2n
  const ticks: TimeTick[] = []
  for (let at = (from / step + 1n) * step; at < to; at += step) ticks.push({ at, label: tickLabel(at, step) })
  return ticks
}

function tickLabel(at: bigint, step: bigint): string {
  if (step >= 28n * DAY * SECOND) return dateOf(at)
  if (step >= DAY * SECOND || at % (DAY * SECOND) === 0n) return dateOf(at).replace(/ \d+$/, '')
  return step < 60n * SECOND ? timeOf(at) : timeOf(at).slice(0, 5)
}

/** Where a moment lies between two others, in per cent, kept within the picture. */
export function place(at: bigint, from: bigint, to: bigint): number {
  if (to <= from) return 0
  return clamp((Number(at - from) / Number(to - from)) * 100, 0, 100)
}

/** A number in an attribute: two decimals are a hundredth of a pixel on a small screen. */
export function short(value: number): string {
  return String(Number(value.toFixed(2)))
}

/** A number in a path, of which there are thousands. */
export function tenth(value: number): string {
  return String(Number(value.toFixed(1)))
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}
