/** Version numbers of Spark and of the operator, as people write them. */

/** The numbers of `v2.5.2`, `3.5`, `4.1.0-preview1`, `v1beta2-1.6.2-3.5.0`; undefined where there are none. */
export function versionOf(text: string | undefined): readonly number[] | undefined {
  const match = /^(?:v1beta\d-)?v?(\d{1,4})(?:\.(\d{1,4}))?(?:\.(\d{1,4}))?(?:[-+.].*)?$/.exec(text?.trim() ?? '')
  return match === null ? undefined : [match[1], match[2], match[3]].map((part) => Number(part ?? 0))
}

/** Whether a version is another or later. */
export function isAtLeast(version: readonly number[], least: readonly number[]): boolean {
  for (let part = 0; part < 3; part++) {
    const difference = (version[part] ?? 0) - (least[part] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}
