/**
 * Moving a text from one Go module path to another: imports, package paths in string literals (`-ldflags "-X …"`),
 * build files. A path counts only as a whole: not inside a URL, not as the beginning of a longer name.
 */

/** One package's move within a module, by directory. */
export interface PackageMove {
  readonly from: string
  readonly to: string
}

export interface ModuleMove {
  readonly from: string
  readonly to: string
  /** Longest `from` first. */
  readonly packages: readonly PackageMove[]
}

/** Rewrites every mention of the old module's packages; the text itself where there is none. */
export function rewriteModulePath(text: string, move: ModuleMove): string {
  if (!text.includes(move.from)) return text
  const already = move.to.startsWith(`${move.from}/`)
    ? `(?!${escape(move.to.slice(move.from.length))}(?:[^\\w-]|$))`
    : ''
  const mention = new RegExp(`(?<![\\w./@-])${escape(move.from)}${already}((?:/[\\w.~-]+)*)(?![\\w~-])`, 'g')
  return text.replace(mention, (_, tail: string) => move.to + movePackage(tail, move.packages))
}

/** `/pkg/config/sub` under the moves; a dot that ends a word (`…/pkg.Version`) belongs to what follows. */
function movePackage(tail: string, packages: readonly PackageMove[]): string {
  for (const { from, to } of packages) {
    const old = `/${from}`
    if (tail === old || tail.startsWith(`${old}/`) || tail.startsWith(`${old}.`))
      return `/${to}${tail.slice(old.length)}`
  }
  return tail
}

/** Moves a file's path by the longest directory that moved; undefined where none did. */
export function movedDirectory(path: string, packages: readonly PackageMove[]): string | undefined {
  const move = packages.find(({ from }) => path.startsWith(`${from}/`))
  return move === undefined ? undefined : move.to + path.slice(move.from.length)
}

/** Package moves in the order in which they must be tried. */
export function longestFirst(moves: readonly PackageMove[]): PackageMove[] {
  return [...moves].sort((a, b) => b.from.length - a.from.length)
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
