/** Certificates of webhooks: until when they hold, for which names, and whether the one who is to trust them does. */
import { X509Certificate } from 'node:crypto'
import type { KubeObject } from '../../../ports/cluster.ts'
import { fieldsAt } from './json.ts'

export interface Certificate {
  /** Where it lies: `secret spark/operator-webhook-certs, tls.crt`. */
  where: string
  subject: string
  /** DNS names it is good for. */
  names: string[]
  /** RFC 3339, UTC. */
  notBefore: string
  notAfter: string
  isAuthority: boolean
}

interface Held {
  certificate: Certificate
  x509: X509Certificate
}

/** Certificates of one place; private keys beside them are not looked at. */
export class CertificateSet {
  private readonly held: readonly Held[]

  constructor(held: readonly Held[]) {
    this.held = held
  }

  get certificates(): Certificate[] {
    return this.held.map(({ certificate }) => certificate)
  }

  /** The one that a server shows: the first that is no authority, or, self-signed, the only one. */
  get serving(): Certificate | undefined {
    return this.servingHeld?.certificate
  }

  /** Whether an authority of `trusted` has signed what this set serves; undefined where either is missing. */
  isTrustedBy(trusted: CertificateSet): boolean | undefined {
    const serving = this.servingHeld
    if (serving === undefined || trusted.held.length === 0) return undefined
    const pool = [...trusted.held, ...this.held.filter(({ certificate }) => certificate.isAuthority)]
    return reaches(serving.x509, pool, new Set(trusted.held.map(({ x509 }) => x509.fingerprint256)), 0)
  }

  /** Whether what is served is good for a DNS name (Go does not look at the common name); undefined where nothing is. */
  isFor(host: string): boolean | undefined {
    const serving = this.servingHeld
    return serving === undefined ? undefined : serving.x509.checkHost(host, { subject: 'never' }) !== undefined
  }

  private get servingHeld(): Held | undefined {
    return this.held.find(({ certificate }) => !certificate.isAuthority) ?? this.held[0]
  }
}

const LONGEST_CHAIN = 5

/** Follows issuers from a certificate to one that is trusted. */
function reaches(x509: X509Certificate, pool: readonly Held[], trusted: ReadonlySet<string>, depth: number): boolean {
  if (trusted.has(x509.fingerprint256)) return true
  if (depth >= LONGEST_CHAIN) return false
  return pool.some(
    ({ x509: issuer }) =>
      issuer.fingerprint256 !== x509.fingerprint256 &&
      isSignedBy(x509, issuer) &&
      reaches(issuer, pool, trusted, depth + 1),
  )
}

function isSignedBy(x509: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return x509.checkIssued(issuer) && x509.verify(issuer.publicKey)
  } catch {
    return false
  }
}

/** Every certificate of a Secret, whatever its keys are called: 1.x and 2.x differ, and so does cert-manager. */
export function certificatesOfSecret(secret: KubeObject): CertificateSet {
  const place = `secret ${secret.metadata.namespace ?? ''}/${secret.metadata.name}`
  const held = Object.entries(fieldsAt(secret, 'data')).flatMap(([key, value]) =>
    typeof value === 'string' ? parseBundle(value, `${place}, ${key}`) : [],
  )
  return new CertificateSet(held)
}

/** The certificates of a `caBundle`: PEM in base64. */
export function certificatesOfBundle(bundle: string, where: string): CertificateSet {
  return new CertificateSet(parseBundle(bundle, where))
}

function parseBundle(base64: string, where: string): Held[] {
  const text = Buffer.from(base64, 'base64').toString('latin1')
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  return blocks.flatMap((pem) => {
    try {
      const x509 = new X509Certificate(pem)
      return [{ x509, certificate: describeCertificate(x509, where) }]
    } catch {
      return []
    }
  })
}

function describeCertificate(x509: X509Certificate, where: string): Certificate {
  const names = (x509.subjectAltName ?? '').split(', ').flatMap((name) => /^DNS:(.*)$/.exec(name)?.[1] ?? [])
  return {
    where,
    subject: x509.subject.split('\n').join(', '),
    names,
    notBefore: new Date(x509.validFrom).toISOString(),
    notAfter: new Date(x509.validTo).toISOString(),
    isAuthority: x509.ca,
  }
}
