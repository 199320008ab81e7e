/** What `usage submit` makes, and where it puts it. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { API_VERSION } from '../domain/document.ts'
import { applicationType } from '../domain/app/read.ts'
import { prepareApplications, readApplication } from '../domain/app/submit/prepare.ts'
import { submitApplications } from '../domain/app/submit/submit.ts'
import { validateApplication } from '../domain/app/submit/validate.ts'
import type { JsonMap } from '../domain/pods/json.ts'
import type { KubeObject } from '../ports/cluster.ts'
import type { UsageStoreFiles } from '../ports/usage-store.ts'
import { applicationText, bucketAddress, scriptName, usageApplication } from '../domain/usage/submit/application.ts'
import { jobScript } from '../domain/usage/submit/job-script.ts'
import { refuseStoreThere, remarksOnAccount } from '../domain/usage/submit/look-before.ts'
import type { UsageJob } from '../domain/usage/submit/usage-job.ts'
import type { KubeFlags } from './kube-flags.ts'
import { writeFileWhole } from './output.ts'
import { s3AccessOf, type S3Flags } from './s3-flags.ts'
import { openUsageStore } from './usage-wiring.ts'
import { findObjectFiles, openCluster } from './wiring.ts'

interface JobFlags extends KubeFlags, S3Flags {
  store: string
  base?: string | undefined
  image?: string | undefined
  'service-account'?: string | undefined
  queue?: string | undefined
  name?: string | undefined
  'spark-version'?: string | undefined
  executors?: number | undefined
  script?: string | undefined
  cluster: string
  lenient: boolean
}

interface Job {
  document: UsageJob
  application: JsonMap
  script: string
}

/** The application and its program. */
export async function usageJobOf(inputs: readonly string[], flags: JobFlags): Promise<Job> {
  const base =
    flags.base === undefined ? undefined : (await readApplication(await findObjectFiles(flags.base), flags.base)).object
  const script = jobScript()
  const application = usageApplication(
    {
      ...{ inputs, base, store: flags.store, cluster: flags.cluster, lenient: flags.lenient },
      ...{ name: flags.name, namespace: flags.namespace, image: flags.image, queue: flags.queue },
      ...{ serviceAccount: flags['service-account'], sparkVersion: flags['spark-version'] },
      ...{ executors: flags.executors, s3Endpoint: flags['s3-endpoint'], script: flags.script },
    },
    script,
  )
  const program = flags.script ?? `${flags.store.replace(/\/+$/, '')}/${scriptName(script)}`
  const document: UsageJob = {
    ...{ apiVersion: API_VERSION, kind: 'UsageJob', store: flags.store, program, application },
    ...{ files: [], submitted: null },
  }
  return { document, application, script }
}

/** Writes both to a directory. */
export async function writeUsageJob(job: Job, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  const files: [string, string][] = [
    [join(directory, 'application.yaml'), applicationText(job.application)],
    [join(directory, scriptName(job.script).replace(/^.*\//, '')), job.script],
  ]
  for (const [path, text] of files) await writeFileWhole(path, [text])
  job.document.files.push(...files.map(([path]) => path))
}

interface Context {
  run: string
  signal: AbortSignal
  sleep: (milliseconds: number) => Promise<void>
  now: () => number
}

/** Puts the program below the store, and submits the application once the API server would take it. */
export async function applyUsageJob(
  job: Job,
  flags: JobFlags,
  context: Context,
): Promise<{ warnings: string[]; next: string }> {
  const { run, signal } = context
  const store =
    flags.script === undefined ? await openUsageStore(bucketAddress(flags.store), s3AccessOf(flags)) : undefined
  try {
    const cluster = await openCluster(flags)
    const place = { namespace: flags.namespace, defaultNamespace: cluster.identity.namespace }
    const changes = { set: [], image: undefined, nameSuffix: undefined, count: 1 }
    const from = 'the application'
    const read = { object: job.application, from, isNamed: true }
    const [object] = prepareApplications(read, { ...changes, ...place, run }) as [KubeObject]
    const type = await applicationType({ findType: (query) => cluster.findType(query), unseen: [] })
    const warnings = await validateApplication(cluster, type, object, { from, signal })
    warnings.push(...(await remarksOnAccount(cluster, object)))
    if (store !== undefined) {
      await refuseStoreThere(store)
      await putProgram(job, store)
    }
    const call = { rate: undefined, condition: undefined, timeoutMs: undefined }
    await submitApplications({ ...call, ...context, cluster, type, objects: [object] })
    const { namespace = '', name } = object.metadata
    job.document.application = object
    job.document.submitted = { namespace, name, run }
    const then = `then: sparkops usage compute ${job.document.store}`
    return { warnings, next: `follow it: sparkops app wait ${name} -n ${namespace}; ${then}` }
  } finally {
    await store?.close()
  }
}

async function putProgram(job: Job, store: UsageStoreFiles): Promise<void> {
  const path = await store.write(0, Buffer.from(job.script))
  await store.put(scriptName(job.script), path)
}
