/** Expectations as a document of their own, for programs; as YAML they are written one after the other. */
import { API_VERSION, type Document } from '../../document.ts'
import type { PodExpectationDocument } from './write-expectations.ts'

export interface PodExpectationList extends Document {
  kind: 'PodExpectationList'
  items: PodExpectationDocument[]
}

export function expectationList(items: PodExpectationDocument[]): PodExpectationList {
  return { apiVersion: API_VERSION, kind: 'PodExpectationList', items }
}
