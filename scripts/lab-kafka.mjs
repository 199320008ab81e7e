// Provides a real Kafka broker for the tests: its jars, from Maven, once, in a cache below the XDG cache home. Needs
// Java and Maven; `npm run lab` calls it.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheHome } from './lab-cache.mjs'

const POM = fileURLToPath(new URL('../test/lab/kafka/pom.xml', import.meta.url))

/** The directory of the jars; undefined where they would have to be fetched.
 * @returns {string | undefined} */
export function findKafka() {
  const place = cacheOf()
  return existsSync(place) ? place : undefined
}

/** Fetches the jars unless they are there. Throws where that cannot be.
 * @param {(text: string) => void} tell
 * @returns {Promise<string>} */
export async function provideKafka(tell) {
  const place = cacheOf()
  if (existsSync(place)) return place
  await mkdir(dirname(place), { recursive: true })
  const draft = await mkdtemp(`${place}.`)
  try {
    tell('kafka: fetching its jars, about a minute, once')
    await maven(['-B', '-q', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${draft}`])
    await rename(draft, place).catch((/** @type {unknown} */ error) => {
      if (!existsSync(place)) throw error
    })
    return place
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

function cacheOf() {
  const hash = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 12)
  return join(cacheHome(), `kafka-jars-${hash}`)
}

/** @param {string[]} args
 * @returns {Promise<void>} */
function maven(args) {
  const child = spawn('mvn', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => (said += text))
  return new Promise((done, fail) => {
    child.on('error', () => fail(new Error('Maven is not here, which fetches Kafka')))
    child.on('close', (code) =>
      code === 0 ? done() : fail(new Error(`mvn ended with ${code}:\n${said.slice(-2000)}`)),
    )
  })
}
