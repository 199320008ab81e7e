/** Paths by pattern: `*` within a directory, `**` across them, `{a,b}` one of several. Nothing else is special. */

/** Whether a path matches one of the patterns whole. A pattern without a slash matches a file's name anywhere. */
export function matchesAny(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => toRegExp(pattern).test(pattern.includes('/') ? path : path.replace(/^.*\//, '')))
}

const compiled = new Map<string, RegExp>()

function toRegExp(pattern: string): RegExp {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[.+^$()|[\]\\{}]/g, (sign) => {
    if (sign === '**/') return '(?:.*/)?'
    if (sign === '**') return '.*'
    if (sign === '*') return '[^/]*'
    if (sign === '?') return '[^/]'
    if (sign.length > 1)
      return `(?:${sign
        .slice(1, -1)
        .split(',')
        .map((one) => one.replace(/[.*+?^$()|[\]\\]/g, '\\$&'))
        .join('|')})`
    return `\\${sign}`
  })
  const expression = new RegExp(`^${source}$`)
  compiled.set(pattern, expression)
  return expression
}
