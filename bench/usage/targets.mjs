// What is aimed at, as ratios of whole processes on the same machine and dump. Data; run.mjs judges by it.

/**
 * @typedef {object} Target
 * @property {string} of
 * @property {string} to
 * @property {number} [most]
 * @property {number} [least]
 * @property {number} at events for which it is meant; at other sizes the verdict is in brackets
 */

const MILLION = 1_000_000

/** @type {readonly Target[]} */
export const RATIOS = [
  // All semantics against the SQL that has only simple bounds.
  { of: 'ours', to: 'bare', most: 1.5, at: 10 * MILLION },
  { of: 'ours-envelope', to: 'bare-envelope', most: 1.5, at: 10 * MILLION },
  { of: 'ours', to: 'rust', most: 6, at: 10 * MILLION },
  { of: 'naive', to: 'ours', least: 15, at: MILLION },
  { of: 'jq', to: 'ours', least: 15, at: MILLION },
  { of: 'ours-gz', to: 'ours', most: 1.4, at: 10 * MILLION },
  { of: 'ours-zst', to: 'ours', most: 1.4, at: 10 * MILLION },
  { of: 'ours-envelope-gz', to: 'ours-envelope', most: 1.4, at: 10 * MILLION },
  { of: 'ours-envelope-zst', to: 'ours-envelope', most: 1.4, at: 10 * MILLION },
]

const GB = 1e9 / 1_048_576

/** Peak resident memory, MiB. @type {readonly {of: string, most: number, at: number}[]} */
export const PEAKS = [
  { of: 'ours', most: GB, at: 10 * MILLION },
  { of: 'ours-envelope', most: GB, at: 10 * MILLION },
]

/** Among the others, to see how they stand to each other where this command is not run. */
export const BETWEEN_OTHERS = [
  { of: 'bare', to: 'rust' },
  { of: 'naive', to: 'bare' },
  { of: 'jq', to: 'bare' },
  { of: 'bare-envelope', to: 'bare' },
]
