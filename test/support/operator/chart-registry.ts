/** A registry of one chart as helm reads it: the OCI distribution specification's pulling part, over TLS. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createAuthority } from '../lab/certificates.ts'

interface Blob {
  type: string
  bytes: Buffer
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.cncf.helm.config.v1+json'
const LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'

/** Serves archives by version under a name until the test ends. Gives its host, and what makes helm trust it. */
export async function serveCharts(
  name: string,
  archives: ReadonlyMap<string, Buffer>,
  directory: string,
): Promise<{ host: string; environment: Record<string, string> }> {
  const found = new Map<string, Blob>()
  for (const [version, archive] of archives) {
    const config = Buffer.from(JSON.stringify({ name: name.split('/').at(-1), version, apiVersion: 'v2' }))
    const [configured, layer] = [keep(found, CONFIG, config), keep(found, LAYER, archive)]
    const text = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config: configured, layers: [layer] })
    const { digest } = keep(found, MANIFEST, Buffer.from(text))
    found.set(version, found.get(digest)!)
  }
  const authority = await createAuthority('registry')
  const pair = await authority.issue({ commonName: 'registry', hosts: ['127.0.0.1'] })
  const server = createServer({ cert: pair.certificate, key: pair.key }, (request, response) => {
    const path = new URL(request.url!, 'https://registry').pathname
    if (path === `/v2/${name}/tags/list`) return void response.end(JSON.stringify({ name, tags: [...archives.keys()] }))
    const blob = path.startsWith(`/v2/${name}/`) ? found.get(path.split('/').at(-1)!) : undefined
    if (blob === undefined) return void response.writeHead(path === '/v2/' ? 200 : 404).end()
    const { digest } = described(blob.type, blob.bytes)
    response.setHeader('content-type', blob.type).setHeader('docker-content-digest', digest)
    response.setHeader('content-length', blob.bytes.length)
    response.end(request.method === 'HEAD' ? undefined : blob.bytes)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const trusted = join(directory, 'registry.pem')
  await writeFile(trusted, authority.certificate)
  const homes = Object.fromEntries(['CACHE', 'CONFIG', 'DATA'].map((one) => [`HELM_${one}_HOME`, join(directory, one)]))
  const { port } = server.address() as { port: number }
  return { host: `127.0.0.1:${port}`, environment: { ...homes, SSL_CERT_FILE: trusted } }
}

function keep(found: Map<string, Blob>, type: string, bytes: Buffer): ReturnType<typeof described> {
  const descriptor = described(type, bytes)
  found.set(descriptor.digest, { type, bytes })
  return descriptor
}

function described(mediaType: string, bytes: Buffer): { mediaType: string; digest: string; size: number } {
  return { mediaType, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, size: bytes.length }
}
