/** Says why no answer came, and what to look at, from what the system said. */
import { KubeUnreachableError } from '../../domain/kube-error.ts'
import type { TransportError } from './transport-error.ts'

interface Circumstances {
  doing: string
  server: string
  repeatable: boolean
}

/** The error for people. */
export function unreachable(error: TransportError, { doing, server, repeatable }: Circumstances): KubeUnreachableError {
  const mayHaveHappened = error.sent && !repeatable
  const known = REASONS.find(({ codes }) => codes.test(error.code))
  const why = known?.why ?? error.message
  return new KubeUnreachableError({
    doing,
    why: `${server}: ${why}`,
    hint: mayHaveHappened ? 'look whether it was done before doing it again' : (known?.hint ?? GENERAL_HINT),
    mayHaveHappened,
    cause: error,
  })
}

const GENERAL_HINT = 'see whether kubectl version answers; --context chooses another cluster'

/** One row a cause, by the code that Node gives. */
const REASONS: readonly { codes: RegExp; why?: string; hint: string }[] = [
  {
    codes: /^ECONNREFUSED$/,
    why: 'nothing listens there',
    hint: 'start the cluster or the tunnel to it; see server in the kubeconfig',
  },
  {
    codes: /^(ENOTFOUND|EAI_AGAIN)$/,
    why: 'the name is not known',
    hint: 'connect the VPN, or see server in the kubeconfig',
  },
  {
    codes: /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/,
    hint: 'connect the VPN, or give the proxy (HTTPS_PROXY); a slow server may need a longer --request-timeout',
  },
  { codes: /^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/, why: 'the connection was cut', hint: GENERAL_HINT },
  {
    codes: /^PROXY_LOGIN$/,
    why: 'the proxy wants a login',
    hint: 'put USER:PASSWORD@ before its name, in proxy-url of the kubeconfig or in HTTPS_PROXY',
  },
  {
    codes: /^PROXY_REFUSED$/,
    hint: 'see whether the proxy may lead to the API server; NO_PROXY names what goes without it',
  },
  { codes: /^CERT_HAS_EXPIRED$/, why: 'its certificate has expired', hint: 'renew the certificate of the API server' },
  {
    codes: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    why: 'its certificate is for another name',
    hint: 'give the name in tls-server-name of the kubeconfig',
  },
  {
    codes: /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_.*|CERT_.*)$/,
    why: 'its certificate is signed by nobody we trust',
    hint: 'see certificate-authority in the kubeconfig',
  },
  {
    codes: /^(EPROTO|HPE_.*|ERR_SSL_.*)$/,
    why: 'it does not speak the protocol of the address',
    hint: 'see whether server in the kubeconfig should begin with https:// or http://',
  },
]
