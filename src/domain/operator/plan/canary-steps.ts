/** A tiny application that shows that the new controller takes applications up. Needs a node to run on. */
import type { KubeObject } from '../../../ports/cluster.ts'
import type { Step } from '../../plan/plan.ts'
import { canary } from '../steps/application-steps.ts'
import type { Move } from './move.ts'

/** Any state that a controller has written will do: it has seen the application. */
const TAKEN_UP = ['SUBMITTED', 'RUNNING', 'SUCCEEDING', 'COMPLETED', 'FAILING', 'FAILED', 'SUBMISSION_FAILED']

/** None where nothing could run, or no namespace with applications is known. */
export function canarySteps(move: Move, timeoutSeconds: number): Step[] {
  const { discovery, behaviour, readyNodes } = move
  const type = discovery.kinds.application
  const place = discovery.cases.map(({ application }) => application.namespace).sort()[0]
  if (type === undefined || behaviour === undefined || place === undefined || !(readyNodes ?? 0)) return []
  return [
    canary({ type, application: tinyApplication(place, behaviour.controller.image), states: TAKEN_UP, timeoutSeconds }),
  ]
}

/** The operator's own image has Spark inside. Whether its example runs does not matter. */
function tinyApplication(namespace: string, image: string): KubeObject {
  return {
    apiVersion: 'sparkoperator.k8s.io/v1beta2',
    kind: 'SparkApplication',
    metadata: { name: 'sparkops-canary', namespace, labels: { 'app.kubernetes.io/managed-by': 'sparkops' } },
    spec: {
      type: 'Scala',
      mode: 'cluster',
      image,
      mainClass: 'org.apache.spark.examples.SparkPi',
      mainApplicationFile: 'local:///opt/spark/examples/jars/spark-examples.jar',
      sparkVersion: '3.5.0',
      restartPolicy: { type: 'Never' },
      driver: { cores: 1, memory: '512m' },
      executor: { cores: 1, instances: 1, memory: '512m' },
    },
  }
}
