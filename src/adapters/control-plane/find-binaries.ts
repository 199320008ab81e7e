/** Finds etcd and kube-apiserver: where Kubernetes' own test tools put them, on the PATH, or in our cache. */
import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, isAbsolute, join } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'

export interface Binaries {
  etcd: string
  apiServer: string
}

/** Throws with what to do where one is missing. */
export function findBinaries(env: Readonly<Record<string, string | undefined>>): Binaries {
  return { etcd: locate('etcd', env), apiServer: locate('kube-apiserver', env) }
}

/** Where a program is; undefined where it is not. */
export function findBinary(name: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const places = [env.KUBEBUILDER_ASSETS ?? '', ...(env.PATH ?? '').split(delimiter)].filter(isAbsolute)
  return [...places.map((place) => join(place, name)), ...cached(name, env)].find(isProgram)
}

function locate(name: string, env: Readonly<Record<string, string | undefined>>): string {
  const found = findBinary(name, env)
  if (found !== undefined) return found
  throw new SparkopsError({
    code: 'SO_NO_CONTROL_PLANE',
    message: `there is no ${name} here to rehearse on`,
    why: 'it is neither in KUBEBUILDER_ASSETS, nor on the PATH, nor in the cache of sparkops',
    hint: 'setup-envtest use -p path gives a directory for KUBEBUILDER_ASSETS; or name a throwaway cluster: --context',
    exit: 'failed',
  })
}

/** `$XDG_CACHE_HOME/sparkops/lab/NAME-VERSION-…/NAME`, the newest first: where `npm run lab` builds them. */
function cached(name: string, env: Readonly<Record<string, string | undefined>>): string[] {
  const xdg = env.XDG_CACHE_HOME
  const home = join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'sparkops', 'lab')
  try {
    return readdirSync(home)
      .filter((entry) => entry.startsWith(`${name}-`))
      .map((entry) => join(home, entry, name))
      .filter(isProgram)
      .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  } catch {
    return []
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
