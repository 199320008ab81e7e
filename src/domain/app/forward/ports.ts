/** Which ports of a driver are meant, and which of this machine stand for them. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import { at, listAt, numberAt, textAt } from '../../operator/discover/json.ts'

/** One port as it was asked for. */
export interface WantedPort {
  /** Of this machine; 0: any that is free. */
  local: number
  /** Of the driver: a number, the name of a container's port, or Spark's UI. */
  remote: number | string | typeof SPARK_UI
}

/** The port of the UI, whatever its number. */
export const SPARK_UI = Symbol('spark-ui')
/** The UI's port of Spark (`spark.ui.port`), and its name in the pod (BasicDriverFeatureStep, UI_PORT_NAME). */
const DEFAULT_UI = 4040
const UI_PORT_NAME = 'spark-ui'

/**
 * `4040`, `8080:4040`, `:4040`, and names of the container's ports in place of the last number, as kubectl port-forward
 * takes them; without any, Spark's UI on its own number. Throws exit 64.
 */
export function readPorts(texts: readonly string[]): WantedPort[] {
  if (texts.length === 0) return [{ local: 0, remote: SPARK_UI }]
  return texts.map((text) => {
    const [, first = '', colon, second = ''] = /^([^:]*)(?:(:)([^:]+))?$/.exec(text) ?? []
    const remoteText = colon === undefined ? first : second
    const remote = /^\d+$/.test(remoteText) ? Number(remoteText) : remoteText
    const local = colon === undefined ? (typeof remote === 'number' ? remote : 0) : Number(first)
    const isRemote = typeof remote === 'number' ? isPort(remote) : PORT_NAME.test(remote)
    if (!isRemote || !/^\d*$/.test(colon === undefined ? '' : first) || (local !== 0 && !isPort(local)))
      throw noPort(text)
    return { local, remote }
  })
}

/** IANA service names, which Kubernetes asks for (validation.IsValidPortName). */
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/

function isPort(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= 65_535
}

/** The number of a driver's port. Throws where it has none of that name, or no UI whose port can be known. */
export function portOf(application: KubeObject, driver: KubeObject, { remote }: WantedPort): number {
  if (typeof remote === 'number') return remote
  const found = remote === SPARK_UI ? uiPortOf(application, driver) : namedPorts(driver).get(remote)
  if (found !== undefined) return found
  if (remote === SPARK_UI) throw unknownUi(application)
  const known = [...namedPorts(driver).keys()]
  throw new SparkopsError({
    code: 'SO_NO_PORT',
    message: `${driver.metadata.name} has no port called ${remote}`,
    why: known.length === 0 ? 'its containers name no ports' : `its containers name ${known.join(', ')}`,
    hint: 'give the number, which need not be named there',
  })
}

/**
 * The port of Spark's UI: as the pod names it, which is what was submitted, else as the application says. Undefined where
 * it cannot be known.
 */
export function uiPortOf(application: KubeObject, driver: KubeObject): number | undefined {
  const named = namedPorts(driver).get(UI_PORT_NAME)
  if (named !== undefined) return named
  const port = Number(conf(application, 'spark.ui.port') ?? DEFAULT_UI)
  return isPort(port) ? port : undefined
}

/** Throws where the application has switched its UI off. */
export function requireUi(application: KubeObject): void {
  if (conf(application, 'spark.ui.enabled')?.toLowerCase() !== 'false') return
  throw noUi(
    application,
    'spark.ui.enabled is false',
    'leave it out and submit again, or name another port: sparkops app forward NAME LOCAL:REMOTE',
  )
}

function unknownUi(application: KubeObject): SparkopsError {
  const said = conf(application, 'spark.ui.port')
  return noUi(
    application,
    said === '0' ? 'spark.ui.port is 0: Spark takes any that is free' : `spark.ui.port ${said} is no port`,
    'see in the driver’s log which one it took, and name it: sparkops app forward NAME LOCAL:REMOTE',
  )
}

function namedPorts(driver: KubeObject): Map<string, number> {
  const ports = listAt(driver, 'spec', 'containers').flatMap((container) => listAt(container, 'ports'))
  return new Map(
    ports.flatMap((port): [string, number][] => {
      const [name, number] = [textAt(port, 'name'), numberAt(port, 'containerPort')]
      return name === undefined || number === undefined ? [] : [[name, number]]
    }),
  )
}

/** Operators give the UI a path of its own behind an ingress; its links then lead there (spark.ui.proxyBase). */
export function uiPathOf(application: KubeObject): string | undefined {
  return conf(application, 'spark.ui.proxyBase')
}

function conf(application: KubeObject, key: string): string | undefined {
  const value = at(application, 'spec', 'sparkConf', key)
  return typeof value === 'string' ? value.trim() : undefined
}

function noUi({ metadata }: KubeObject, why: string, hint: string): SparkopsError {
  const message = `the driver of ${metadata.namespace}/${metadata.name} has no UI that can be forwarded`
  return new SparkopsError({ code: 'SO_NO_UI', message, why, hint })
}

function noPort(text: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_USAGE',
    message: `${text} is no port`,
    why: 'a port is PORT, LOCAL:REMOTE or :REMOTE, with numbers from 1 to 65535; REMOTE may be a name',
    hint: 'for example 8080:4040, or :4040 for any free port here',
    exit: 'usage',
  })
}
