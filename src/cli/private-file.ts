/** A file that is the user's alone (0600), written whole or not at all: for plans, which hold values of releases. */
import { open, rename, rm } from 'node:fs/promises'
import { writeError } from './output.ts'
import { onShutdown } from './shutdown.ts'

/** Replaces what stands there. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`
  const removeDraft = (): Promise<void> => rm(draft, { force: true })
  const forget = onShutdown(removeDraft)
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await removeDraft()
    throw writeError(path, error)
  } finally {
    forget()
  }
}
