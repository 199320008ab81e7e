/** What every document for programs begins with. Shapes are described in docs/schemas, one file for each kind. */

export const API_VERSION = 'sparkops/v1'

export interface Document {
  apiVersion: typeof API_VERSION
  kind: string
}
