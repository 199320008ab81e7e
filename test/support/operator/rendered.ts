/** Objects as charts render them, as little as a test needs. */
import type { KubeObject } from '../../../src/ports/cluster.ts'

export interface DeploymentOptions {
  name?: string
  namespace?: string
  image?: string
  instance?: string
  command?: readonly string[]
  env?: readonly object[]
  volumes?: readonly object[]
}

/** A Deployment that starts a container with these arguments. */
export function deployment(args: readonly string[], options: DeploymentOptions = {}): KubeObject {
  const {
    name = 'spark-operator',
    namespace,
    instance,
    image = 'registry.test/spark-operator:1',
    ...container
  } = options
  const { volumes, ...rest } = container
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: instance === undefined ? {} : { 'app.kubernetes.io/instance': instance },
    },
    spec: {
      replicas: 1,
      template: {
        spec: { serviceAccountName: name, volumes, containers: [{ name: 'main', image, args: [...args], ...rest }] },
      },
    },
  }
}
