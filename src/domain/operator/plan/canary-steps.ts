/** A tiny application that shows that the new controller takes applications up. Needs a node to run on. */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import type { Step } from '../../plan/plan.ts'
import { takesUp } from '../discover/watching.ts'
import { canary } from '../steps/application-steps.ts'
import type { Move } from './move.ts'

const LABELS = { 'app.kubernetes.io/managed-by': 'sparkops' }

/** Any state that a controller has written will do: it has seen the application. */
const TAKEN_UP = ['SUBMITTED', 'RUNNING', 'SUCCEEDING', 'COMPLETED', 'FAILING', 'FAILED', 'SUBMISSION_FAILED']

/** None where nothing could run, or no namespace with applications is known that the target would watch. */
export function canarySteps(move: Move, types: readonly ResourceType[], timeoutSeconds: number): Step[] {
  const { discovery, cases, behaviour, readyNodes } = move
  const type = types.find(({ kind }) => kind === 'SparkApplication')
  if (type === undefined || behaviour === undefined || readyNodes === 0) return []
  const places = cases.map(({ application }) => application.namespace).sort()
  const place = places.find(
    (namespace) => takesUp(behaviour, { namespace, labels: LABELS }, discovery.namespaces) === true,
  )
  if (place === undefined) return []
  const application = tinyApplication(type, place, behaviour.controller.image)
  return [canary({ type, application, states: TAKEN_UP, timeoutSeconds })]
}

/** The operator's own image has Spark inside. Whether its example runs does not matter. */
function tinyApplication({ group, version, kind }: ResourceType, namespace: string, image: string): KubeObject {
  return {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { name: 'sparkops-canary', namespace, labels: LABELS },
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
