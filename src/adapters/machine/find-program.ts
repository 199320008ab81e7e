/** Looks programs up on the PATH, as a shell would. */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The path of the first of these names that the PATH has; undefined when it has none. */
export function findOnPath(names: readonly string[], path = process.env.PATH ?? ''): string | undefined {
  const places = path.split(delimiter).filter((place) => place !== '')
  const files = names.flatMap((name) => places.map((place) => join(place, name)))
  return files.find(isProgram)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
