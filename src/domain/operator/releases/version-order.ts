/**
 * The order of operator versions. A fork's suffix (`2.5.2-acme.1`) does not move it: it does what the release does that
 * it was made from. Only the suffixes of pre-releases stand before their release.
 */

const PRE_RELEASE = /^(alpha|beta|rc)\b/

interface Parsed {
  numbers: readonly number[]
  pre: string | undefined
}

/** Negative where `a` is older, 0 where both count as the same; undefined where one of them is no version. */
export function compareVersions(a: string, b: string): number | undefined {
  const [left, right] = [parseVersion(a), parseVersion(b)]
  if (left === undefined || right === undefined) return undefined
  for (const index of [0, 1, 2]) {
    const difference = (left.numbers[index] ?? 0) - (right.numbers[index] ?? 0)
    if (difference !== 0) return difference
  }
  if (left.pre === right.pre) return 0
  if (left.pre === undefined) return 1
  if (right.pre === undefined) return -1
  return left.pre.localeCompare(right.pre, 'en', { numeric: true })
}

/** Whether `version` is at least `bound`; undefined where that cannot be told. */
export function isAtLeast(version: string, bound: string): boolean | undefined {
  const order = compareVersions(version, bound)
  return order === undefined ? undefined : order >= 0
}

/**
 * The version in an image's tag, a chart's `appVersion` or a label: `2.5.2`, `v2.5.2`, `v1beta2-1.3.8-3.1.1` (API,
 * operator, Spark), each with or without a suffix. Undefined for what is none, such as `latest`.
 */
export function versionFromText(text: string): string | undefined {
  const dated = /^v1(?:alpha|beta)\d-(\d+\.\d+(?:\.\d+)?)-\d+\.\d+\.\w+(?:[-+._](.+))?$/.exec(text)
  if (dated !== null) return withSuffix(dated[1]!, dated[2])
  const plain = /^v?(\d+\.\d+\.\d+)(?:[-+](.+))?$/.exec(text)
  return plain === null ? undefined : withSuffix(plain[1]!, plain[2])
}

function withSuffix(version: string, suffix: string | undefined): string {
  const full = version.split('.').length === 2 ? `${version}.0` : version
  return suffix === undefined ? full : `${full}-${suffix}`
}

function parseVersion(text: string): Parsed | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-+](.+))?$/.exec(text)
  if (match === null) return undefined
  const [, major, minor, patch, suffix] = match
  const pre = suffix !== undefined && PRE_RELEASE.test(suffix) ? suffix : undefined
  return { numbers: [Number(major), Number(minor), Number(patch ?? 0)], pre }
}
