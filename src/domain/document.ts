/** What every document for programs begins with. Shapes are described in docs/schemas, one file for each kind. */

export const API_VERSION = 'sparkops/v1'

export interface Document {
  apiVersion: typeof API_VERSION
  kind: string
}

/** A document that is a list; `items` may be a stream that is never held in memory. */
export interface ListDocument<Item> extends Document {
  items: Iterable<Item> | AsyncIterable<Item>
}
