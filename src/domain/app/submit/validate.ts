/** Asks the API server whether it would take an application, before anything is stored. */
import type { Cluster, KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import { KubeStatusError } from '../../kube-error.ts'

/**
 * The server's own verdict: its schema in strict mode, so that a field it does not know is refused and not dropped, and
 * its admission, webhooks included. Gives its warnings. Throws exit 65 with the fields at fault.
 */
export async function validateApplication(
  cluster: Cluster,
  type: ResourceType,
  object: KubeObject,
  { from, signal }: { from: string; signal: AbortSignal },
): Promise<string[]> {
  try {
    const { warnings } = await cluster.create(type, object, { dryRun: true, fieldValidation: 'Strict', signal })
    return warnings
  } catch (error) {
    throw isAboutFields(error) ? refused(error, object, from) : error
  }
}

function isAboutFields(error: unknown): error is KubeStatusError {
  if (!(error instanceof KubeStatusError)) return false
  return (
    error.status.code === 422 ||
    (error.status.code === 400 && /strict decoding error|cannot be handled as/.test(error.status.message))
  )
}

function refused({ status }: KubeStatusError, { metadata }: KubeObject, from: string): SparkopsError {
  const fields = status.causes.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`))
  const unknown = [...status.message.matchAll(/unknown field "([^"]+)"/g)].map(
    ([, field]) => `${field!}: unknown field`,
  )
  const told = fields.length > 0 ? fields : unknown
  return new SparkopsError({
    code: 'SO_APPLICATION_INVALID',
    message: `${from}: the API server does not take ${metadata.namespace ?? ''}/${metadata.name}`,
    why: told.length > 0 ? told.join('; ') : status.message,
    hint:
      unknown.length > 0
        ? 'look for a typing error; this cluster’s operator may be older than the field'
        : 'mend the fields named',
    exit: 'data',
  })
}
