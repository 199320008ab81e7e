// The SparkApplication that packs dumps into a usage store on Spark.
import { createHash } from 'node:crypto'
import { dump } from 'js-yaml'
import { SparkopsError } from '../../errors.ts'
import { cloneJson, isMap, type JsonMap } from '../../pods/json.ts'

export interface JobOptions {
  /** Where the dumps are, as the user wrote it: `s3://…`, or any URI that Spark reads. */
  inputs: readonly string[]
  /** Where the store is to be. */
  store: string
  cluster: string
  lenient: boolean
  /** A SparkApplication to start from: what it says stands where no option says otherwise. */
  base: JsonMap | undefined
  name: string | undefined
  namespace: string | undefined
  image: string | undefined
  serviceAccount: string | undefined
  queue: string | undefined
  sparkVersion: string | undefined
  executors: number | undefined
  s3Endpoint: string | undefined
  /** Where the program lies already; below the store where it is undefined. */
  script: string | undefined
}

const DEFAULTS = {
  name: 'sparkops-usage',
  sparkVersion: '3.5.8',
  driver: { cores: 1, memory: '4g' },
  executor: { cores: 4, instances: 2, memory: '8g' },
}

/** The name of the program below the store: another program has another name, so that none is ever replaced. */
export function scriptName(script: string): string {
  return `jobs/usage-${createHash('sha256').update(script).digest('hex').slice(0, 12)}.py`
}

/** The application. Throws (exit 64) where it would lack what Spark cannot do without. */
export function usageApplication(options: JobOptions, script: string): JsonMap {
  const object = options.base === undefined ? {} : cloneJson(options.base)
  object.apiVersion ??= 'sparkoperator.k8s.io/v1beta2'
  object.kind ??= 'SparkApplication'
  const metadata = mapIn(object, 'metadata')
  metadata.name = options.name ?? metadata.name ?? DEFAULTS.name
  if (options.namespace !== undefined) metadata.namespace = options.namespace
  const spec = mapIn(object, 'spec')
  for (const uri of [...options.inputs, options.store]) refusePath(uri)
  const store = hadoopUri(options.store).replace(/\/+$/, '')
  Object.assign(spec, {
    ...{ type: 'Python', pythonVersion: '3', mode: 'cluster' },
    mainApplicationFile: options.script ?? `${store}/${scriptName(script)}`,
    arguments: [
      ...['--output', store],
      ...(options.cluster === '' ? [] : ['--cluster', options.cluster]),
      ...(options.lenient ? ['--lenient'] : []),
      // An input that begins with a dash is an input.
      ...['--', ...options.inputs.map(hadoopUri)],
    ],
  })
  delete spec.mainClass
  spec.sparkVersion = options.sparkVersion ?? spec.sparkVersion ?? DEFAULTS.sparkVersion
  if (options.image !== undefined) spec.image = options.image
  // A second attempt would find what the first one left: the store counts only once it is whole, so nothing is lost.
  spec.restartPolicy ??= { type: 'Never' }
  if (options.queue !== undefined) {
    spec.batchScheduler ??= 'yunikorn'
    mapIn(spec, 'batchSchedulerOptions').queue = options.queue
  }
  if (options.s3Endpoint !== undefined) {
    const conf = mapIn(spec, 'sparkConf')
    conf['spark.hadoop.fs.s3a.endpoint'] = options.s3Endpoint
    conf['spark.hadoop.fs.s3a.path.style.access'] = 'true'
  }
  const driver = mapIn(spec, 'driver')
  const executor = mapIn(spec, 'executor')
  for (const [name, value] of Object.entries(DEFAULTS.driver)) driver[name] ??= value
  for (const [name, value] of Object.entries(DEFAULTS.executor)) executor[name] ??= value
  if (options.serviceAccount !== undefined) driver.serviceAccount = options.serviceAccount
  if (options.executors !== undefined) executor.instances = options.executors
  if (typeof spec.image !== 'string') throw missing('--image', 'an image with Spark, Python 3 and the S3A connector')
  if (typeof driver.serviceAccount !== 'string')
    throw missing('--service-account', 'the account with which the driver may create its executors')
  return object
}

/** The application as YAML. */
export function applicationText(application: JsonMap): string {
  return dump(application, { lineWidth: 120 })
}

/** A URI as Hadoop's connectors call it. */
function hadoopUri(uri: string): string {
  return uri.replace(/^s3n?:\/\//, 's3a://')
}

/** The bucket's address as all other commands have it. Throws (exit 64) where a store is in no bucket that we speak to. */
export function bucketAddress(store: string): string {
  if (/^s3[an]?:\/\//.test(store)) return store.replace(/^s3[an]:/, 's3:')
  throw new SparkopsError({
    code: 'SO_JOB_PROGRAM_PLACE',
    message: `${store}: the program cannot be put there from here.`,
    why: '--apply puts it below a store in s3://… only.',
    hint: 'Write it with --out DIR, bring it where the driver reads it, and name that place with --script URI.',
    exit: 'usage',
  })
}

/** Drivers run elsewhere: a path of this machine says nothing there. */
function refusePath(uri: string): void {
  if (/^[a-z][a-z0-9+.-]*:\/\//.test(uri)) return
  throw new SparkopsError({
    code: 'SO_JOB_PATH',
    message: `${uri}: a job on a cluster cannot reach this.`,
    why: 'It is no URI, and what a path names on this machine is not there for driver and executors.',
    hint: 'Name a place that they reach too, such as s3://BUCKET/PREFIX; for dumps on this machine: sparkops usage compact.',
    exit: 'usage',
  })
}

function mapIn(object: JsonMap, name: string): JsonMap {
  const value = object[name]
  if (isMap(value)) return value
  const made: JsonMap = {}
  object[name] = made
  return made
}

function missing(flag: string, what: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_JOB_INCOMPLETE',
    message: `the application has no ${flag.slice(2).replaceAll('-', ' ')}`,
    why: `Neither ${flag} nor the file of --base gives one.`,
    hint: `Give ${flag}: ${what}.`,
    exit: 'usage',
  })
}
