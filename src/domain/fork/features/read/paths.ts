/** Paths in a tree: always `/`, never the machine's own. */

/** `a/b` of `a/b/c`, empty for a file at the root. */
export function dirname(path: string): string {
  const cut = path.lastIndexOf('/')
  return cut < 0 ? '' : path.slice(0, cut)
}

export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
