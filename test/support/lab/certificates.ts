/** Real certificates for a test cluster: one authority, and what it signs for servers and people. */
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

export interface KeyPair {
  /** PEM. */
  certificate: string
  /** PKCS#8 PEM. */
  key: string
}

export interface Subject {
  /** The user's name, to Kubernetes. */
  commonName: string
  /** The user's groups. */
  organizations?: readonly string[]
  /** Names and addresses of a server. */
  hosts?: readonly string[]
  notAfter?: Date
}

export interface CertificateAuthority {
  /** PEM of the authority itself. */
  certificate: string
  issue(subject: Subject): Promise<KeyPair>
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const HOUR_MS = 3_600_000

/** A new authority that nobody else trusts. */
export async function createAuthority(commonName: string): Promise<CertificateAuthority> {
  x509.cryptoProvider.set(webcrypto as never)
  const keys = await generateKeys()
  const name = new x509.Name([{ CN: [commonName] }])
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    serialNumber: serialNumber(),
    name: name.toJSON(),
    keys: keys as never,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  })
  return {
    certificate: own.toString('pem'),
    issue: async (subject) => {
      const pair = await generateKeys()
      const issued = await x509.X509CertificateGenerator.create({
        ...validity(subject.notAfter),
        serialNumber: serialNumber(),
        issuer: name.toJSON(),
        subject: [{ CN: [subject.commonName] }, ...(subject.organizations ?? []).map((one) => ({ O: [one] }))],
        publicKey: pair.publicKey as never,
        signingKey: keys.privateKey as never,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
          ...alternativeNames(subject.hosts ?? []),
        ],
      })
      return { certificate: issued.toString('pem'), key: await privatePem(pair.privateKey) }
    },
  }
}

/** A key that signs the tokens of service accounts, and the one that checks them, as PEM. */
export async function generateSigningKey(): Promise<{ privateKey: string; publicKey: string }> {
  const { privateKey, publicKey } = await generateKeys()
  const spki = await webcrypto.subtle.exportKey('spki', publicKey)
  return { privateKey: await privatePem(privateKey), publicKey: x509.PemConverter.encode(spki, 'PUBLIC KEY') }
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
}

function alternativeNames(hosts: readonly string[]): x509.SubjectAlternativeNameExtension[] {
  if (hosts.length === 0) return []
  const names = hosts.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const), value }))
  return [new x509.SubjectAlternativeNameExtension(names)]
}

function validity(notAfter = new Date(Date.now() + 24 * HOUR_MS)): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Math.min(Date.now(), notAfter.getTime()) - HOUR_MS), notAfter }
}

function serialNumber(): string {
  return Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)))
    .toString('hex')
    .replace(/^./, '1')
}
