/** Puts what is seen into the capture, masked unless asked otherwise, each object once, and fetches what pods name. */
import type { ClusterReader, KubeObject, ResourceType } from '../../../ports/cluster.ts'
import type { CaptureWriter } from '../../../ports/pod-capture.ts'
import { isRefusedWith } from '../../kube-error.ts'
import type { CaptureLedger } from './ledger.ts'
import { maskObject } from './mask-object.ts'
import { applicationOfService, configMapsOf, configMapsOfApplication, ownersOf, subjectOf } from './related.ts'

export const PODS: ResourceType = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true }
export const SERVICES: ResourceType = {
  group: '',
  version: 'v1',
  resource: 'services',
  kind: 'Service',
  namespaced: true,
}
const CONFIG_MAPS: ResourceType = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
}
const EVENTS: ResourceType = { group: '', version: 'v1', resource: 'events', kind: 'Event', namespaced: true }

/** So many ConfigMaps are asked for at once. */
const AT_ONCE = 8

export interface CollectorOptions {
  reader: ClusterReader
  writer: CaptureWriter
  ledger: CaptureLedger
  namespace: string | undefined
  includeSecrets: boolean
  /** Looks at nothing that is there when it begins. */
  onlyNew: boolean
}

export class Collector {
  /** What could not be had, by resource. */
  readonly missing = new Map<string, string>()
  private readonly options: CollectorOptions
  private readonly services = new Map<string, KubeObject>()
  private readonly wantedConfigMaps = new Map<string, { namespace: string; name: string }>()
  private readonly hadConfigMaps = new Set<string>()
  private readonly writtenVersions = new Map<string, string>()

  constructor(options: CollectorOptions) {
    this.options = options
  }

  /** A pod as a watch tells of it. The file is the pod as it was first told. */
  async seePod(object: KubeObject, event: 'ADDED' | 'MODIFIED' | 'DELETED', isOld: boolean): Promise<void> {
    const { ledger, onlyNew } = this.options
    const pod = ledger.wanted(object)
    if (pod === undefined) return
    if (ledger.isKnown(object.metadata.uid ?? '')) {
      ledger.updatePod(pod, object, event === 'DELETED')
      return
    }
    // Of what was passed over in the beginning there is more news.
    if (onlyNew && (isOld || event !== 'ADDED')) return
    ledger.addPod(pod, object, await this.put(object), isOld ? 'existing' : 'created')
    if (event === 'DELETED') ledger.updatePod(pod, object, true)
    this.wantConfigMaps(object.metadata.namespace ?? '', configMapsOf(object))
  }

  seeApplication(object: KubeObject, event: 'ADDED' | 'MODIFIED' | 'DELETED', isOld: boolean): void {
    if (this.options.onlyNew && isOld) return
    this.options.ledger.seeApplication(object, { isGone: event === 'DELETED', isOld })
  }

  seeService(object: KubeObject): void {
    this.services.set(object.metadata.uid ?? '', object)
  }

  /** Writes what has become known since: applications in their present state, Services, ConfigMaps. */
  async catchUp(): Promise<void> {
    const { ledger } = this.options
    for (const application of ledger.applicationObjects()) {
      await this.putIfChanged(application)
      this.wantConfigMaps(application.metadata.namespace ?? '', configMapsOfApplication(application))
    }
    const uids = ledger.uids()
    const names = new Set(ledger.capturedApplications().map(({ namespace, name }) => `${namespace}/${name}`))
    for (const service of this.services.values()) {
      const application = `${service.metadata.namespace ?? ''}/${applicationOfService(service) ?? ''}`
      if (names.has(application) || ownersOf(service).some((uid) => uids.has(uid))) await this.putIfChanged(service)
    }
    await this.fetchConfigMaps()
  }

  /** Writes the events about what was captured, as long as the server keeps them: an hour, by default. */
  async takeEvents(): Promise<void> {
    if (this.missing.has('events')) return
    const uids = this.options.ledger.uids()
    try {
      for await (const event of this.options.reader.listEach(EVENTS, { namespace: this.options.namespace }))
        if (uids.has(subjectOf(event) ?? '')) await this.putIfChanged(event)
    } catch (error) {
      this.note('events', error)
    }
  }

  /** Names of ConfigMaps that were named and never there. */
  absentConfigMaps(): string[] {
    return this.missing.has('configmaps') ? [] : [...this.wantedConfigMaps.keys()]
  }

  /** Says what could not be had, and goes on; anything but a refusal of rights is thrown. */
  note(resource: string, error: unknown): void {
    const isMissing = isRefusedWith(error, 403) || (error as { exit?: unknown }).exit === 'inconclusive'
    if (!isMissing) throw error
    this.missing.set(resource, error instanceof Error ? error.message : String(error))
  }

  private wantConfigMaps(namespace: string, names: readonly string[]): void {
    for (const name of names) {
      const key = `${namespace}/${name}`
      if (!this.hadConfigMaps.has(key)) this.wantedConfigMaps.set(key, { namespace, name })
    }
  }

  /** Spark makes them after the driver that owns them: what is not there yet is asked for again. */
  private async fetchConfigMaps(): Promise<void> {
    const wanted = [...this.wantedConfigMaps]
    for (let from = 0; from < wanted.length && !this.missing.has('configmaps'); from += AT_ONCE)
      await Promise.all(wanted.slice(from, from + AT_ONCE).map(([key, of]) => this.fetchConfigMap(key, of)))
  }

  private async fetchConfigMap(key: string, { namespace, name }: { namespace: string; name: string }): Promise<void> {
    try {
      const found = await this.options.reader.get({ type: CONFIG_MAPS, namespace, name })
      if (found === undefined) return
      await this.put(found)
      this.hadConfigMaps.add(key)
      this.wantedConfigMaps.delete(key)
    } catch (error) {
      this.note('configmaps', error)
    }
  }

  private async putIfChanged(object: KubeObject): Promise<void> {
    const { uid = '', resourceVersion = '' } = object.metadata
    if (this.writtenVersions.get(uid) === resourceVersion) return
    this.writtenVersions.set(uid, resourceVersion)
    await this.put(object)
  }

  private async put(object: KubeObject): Promise<string> {
    return await this.options.writer.put(this.options.includeSecrets ? object : maskObject(object))
  }
}
