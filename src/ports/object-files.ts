/** Files that hold Kubernetes objects. */

export interface ObjectText {
  /** As people name it: the path, or `<stdin>`. */
  name: string
  /** Whether it was named itself, rather than found in a directory. */
  isNamed: boolean
  text: () => Promise<string>
}
