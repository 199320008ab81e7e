/** From a file to the SparkApplications that are to be created: read, overridden, named apart, labelled as ours. */
import type { KubeObject } from '../../../ports/cluster.ts'
import type { ObjectText } from '../../../ports/object-files.ts'
import { SparkopsError } from '../../errors.ts'
import { SPARK_GROUP } from '../../operator/discover/kinds.ts'
import { cloneJson, isMap, type JsonMap, textAt } from '../../pods/json.ts'
import { type ReadObject, readObjects } from '../../pods/read-objects.ts'
import { labelValue, MADE_BY, RUN } from '../labels.ts'
import { applyOverrides, type Overrides } from './overrides.ts'
import { SERVER_METADATA } from '../../server-metadata.ts'

export interface PrepareOptions extends Overrides {
  /** The context's namespace, where neither file nor flag names one. */
  defaultNamespace: string
  /** How many of each; more than one get `-1`, `-2`, … behind their names. */
  count: number
  /** What marks them as made together. */
  run: string
}

/** The one SparkApplication of a file, and how errors name it. Throws exit 65 where there is none, or more. */
export async function readApplication(files: readonly ObjectText[], path: string): Promise<ReadObject> {
  const read: ReadObject[] = []
  for (const file of files) for await (const one of readObjects(file)) read.push(one)
  const applications = read.filter(({ object }) => isApplication(object))
  const [only] = applications
  if (only !== undefined && applications.length === 1 && read.length === 1) return only
  const kinds = [...new Set(read.map(({ object }) => textAt(object, 'kind') ?? '?'))].join(', ')
  throw new SparkopsError({
    code: 'SO_NOT_ONE_APPLICATION',
    message: `${path} is not one SparkApplication`,
    why: read.length === 0 ? 'it holds no object' : `it holds ${read.length} objects: ${kinds}`,
    hint: `give a file with one object of apiVersion ${SPARK_GROUP}/v1beta2, kind SparkApplication`,
    exit: 'data',
  })
}

function isApplication(object: JsonMap): boolean {
  return (
    textAt(object, 'kind') === 'SparkApplication' && (textAt(object, 'apiVersion') ?? '').startsWith(`${SPARK_GROUP}/`)
  )
}

/** What is sent. Status and what only a server sets are left out, so that a file from `kubectl get` can be used. */
export function prepareApplications({ object, from }: ReadObject, options: PrepareOptions): KubeObject[] {
  const base = cloneJson(object)
  delete base.status
  if (!isMap(base.metadata)) base.metadata = {}
  applyOverrides(base, options)
  const metadata = base.metadata as JsonMap
  for (const field of NOT_COPIED) Reflect.deleteProperty(metadata, field)
  metadata.namespace ??= options.defaultNamespace
  metadata.labels = {
    ...(isMap(metadata.labels) ? metadata.labels : {}),
    [MADE_BY]: 'app-submit',
    [RUN]: labelValue(options.run),
  }
  if (typeof metadata.name !== 'string' || metadata.name === '') throw noName(from)
  const { name } = metadata
  if (options.count === 1) return [base as unknown as KubeObject]
  refuseSharedDriver(base, from)
  return Array.from({ length: options.count }, (_, index) => {
    const copy = cloneJson(base)
    ;(copy.metadata as JsonMap).name = `${name}-${index + 1}`
    return copy as unknown as KubeObject
  })
}

/** A copy is nobody's child, and has the name it is given. */
const NOT_COPIED = [...SERVER_METADATA, 'ownerReferences', 'generateName']

/** A fixed driver name would make all but the first fail: "driver pod already exist". */
function refuseSharedDriver(object: JsonMap, from: string): void {
  const places = [
    ['spec.driver.podName', textAt(object, 'spec', 'driver', 'podName')],
    [
      'spec.sparkConf["spark.kubernetes.driver.pod.name"]',
      textAt(object, 'spec', 'sparkConf', 'spark.kubernetes.driver.pod.name'),
    ],
  ] as const
  const fixed = places.find(([, name]) => name !== undefined)
  if (fixed === undefined) return
  throw new SparkopsError({
    code: 'SO_SHARED_DRIVER_NAME',
    message: `${from}: several cannot be submitted of an application that names its driver pod`,
    why: `${fixed[0]} is ${fixed[1] ?? ''}, and two pods cannot have one name`,
    hint: `take it out: --set '${fixed[0]}=null'`,
    exit: 'data',
  })
}

function noName(from: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_NAME',
    message: `${from}: metadata.name is missing`,
    why: 'an application is found again by its name',
    hint: 'give it one: --set metadata.name=NAME',
    exit: 'data',
  })
}
