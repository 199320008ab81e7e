/** Decides once whether a stream gets colour, and gives the few colours we use. Never colour alone: a sign or word goes with it. */

export type ColorMode = 'auto' | 'always' | 'never'

/** What the decision rests on. */
export interface ColorQuestion {
  mode: ColorMode
  env: Readonly<Record<string, string | undefined>>
  isTTY: boolean
}

/** The flag wins, then NO_COLOR (https://no-color.org: any non-empty value), FORCE_COLOR, TERM=dumb, and the stream. */
export function wantsColor({ mode, env, isTTY }: ColorQuestion): boolean {
  if (mode !== 'auto') return mode === 'always'
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  return isTTY && env.TERM !== 'dumb'
}

// SGR codes: on, off.
const TONES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  cyan: [36, 39],
} as const

export type Tone = keyof typeof TONES

/** Colours a text by tone; without colour gives it back as it is. */
export type Paint = (tone: Tone, text: string) => string

/** The paint for a stream that has colour, or has not. */
export function paintFor(enabled: boolean): Paint {
  if (!enabled) return (_tone, text) => text
  return (tone, text) => {
    const [on, off] = TONES[tone]
    return `\u001b[${on}m${text}\u001b[${off}m`
  }
}
