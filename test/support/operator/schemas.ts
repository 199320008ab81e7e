/** Two schemas of one kind, an older and a newer, that differ in each way in which releases of the operator differ. */
import type { Schema } from '../../../src/domain/operator/schema/structural.ts'

const text: Schema = { type: 'string' }
const count: Schema = { type: 'integer', format: 'int32' }

function pods(newer: boolean): Schema {
  return {
    type: 'object',
    properties: {
      cores: { ...count, minimum: 1 },
      memory: { ...text, pattern: '^[0-9]+[gm]$' },
      labels: { type: 'object', additionalProperties: text },
      env: {
        type: 'array',
        items: {
          type: 'object',
          required: ['name'],
          properties: { name: text, value: text },
        },
        ...(newer ? { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] } : {}),
      },
      ports: {
        type: 'array',
        items: {
          type: 'object',
          properties: { port: count, protocol: newer ? { ...text, default: 'TCP' } : text },
        },
      },
      ...(newer
        ? {
            template: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            priorityClassName: text,
          }
        : {}),
    },
  }
}

/** The older one (as 1.x) or the newer one (as 2.x). */
export function sparkSchema(age: 'older' | 'newer'): Schema {
  const newer = age === 'newer'
  return {
    type: 'object',
    required: ['metadata', 'spec'],
    properties: {
      apiVersion: text,
      kind: text,
      metadata: { type: 'object' },
      spec: {
        type: 'object',
        required: newer ? ['driver', 'mainApplicationFile', 'type'] : ['driver', 'type'],
        properties: {
          type: { ...text, enum: ['Java', 'Python', 'Scala', 'R'] },
          mode: text,
          mainApplicationFile: text,
          sparkVersion: text,
          arguments: { type: 'array', items: text },
          sparkConf: { type: 'object', additionalProperties: text },
          driver: pods(newer),
          executor: { ...pods(newer), properties: { ...pods(newer).properties, instances: count } },
          restartPolicy: { type: 'object', properties: { type: text, onFailureRetryInterval: { type: 'integer' } } },
          timeToLiveSeconds: { type: 'integer', format: 'int64' },
          ...(newer ? { suspend: { type: 'boolean' } } : {}),
        },
      },
      status: {
        type: 'object',
        properties: {
          applicationState: { type: 'object', required: ['state'], properties: { state: text, errorMessage: text } },
          driverInfo: { type: 'object', properties: { podName: text } },
          submissionID: text,
          executionAttempts: count,
          submissionAttempts: count,
          lastSubmissionAttemptTime: { ...text, format: 'date-time', nullable: true },
        },
      },
    },
  }
}
