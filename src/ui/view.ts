/** What a command gives for people to read, beside the document it gives for programs. */
import type { Style } from './style.ts'
import type { TableBlock } from './table.ts'

/** A paragraph (printed as it is, with a line break added; names inside go through `sanitize`), or a table. */
export type Block = string | TableBlock

export type Chunks = Iterable<string> | AsyncIterable<string>

export interface ViewOptions {
  style: Style
  /** `-o wide` */
  wide: boolean
}

/** The human side of a document of type `D`, and the formats it alone has. */
export interface View<D> {
  /** `-o table` and `-o wide`. */
  blocks: (document: D, options: ViewOptions) => Iterable<Block> | AsyncIterable<Block>
  /** `-o name`: one identifier on each line. Without it the format is refused. */
  names?: (document: D) => Chunks
  /** More text formats, by the name that `-o` calls them, such as `csv`. */
  formats?: Readonly<Record<string, (document: D) => Chunks>>
}
