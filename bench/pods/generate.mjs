// Writes pairs of recorded pods with names, ids and hashes of their own, and one real difference in every tenth pair.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dump } from 'js-yaml'

const PODS = new URL('../../test/fixtures/pods/', import.meta.url)
const BODIES = ['02-volumes-conf', '03-scheduling-conf', '04-pod-template', '10-webhook-vs-template/converted'].flatMap(
  (name) => [`${name}/driver.json`, `${name}/executor.json`],
)
/** One pair in so many has a difference that counts. */
export const CHANGED_EVERY = 10

/**
 * Two files of as many documents of YAML, or of one List in JSON: both tools read the same bytes.
 * @param {string} directory
 * @param {number} pairs
 * @param {'yaml' | 'json'} form
 */
export function generate(directory, pairs, form) {
  const texts = BODIES.map((file) => readFileSync(new URL(file, PODS), 'utf8'))
  const sides = [0, 1].map((side) =>
    Array.from({ length: pairs }, (_, index) => pod(texts[index % texts.length] ?? '', index, side)),
  )
  return sides.map((pods, side) => {
    const file = join(directory, `${side === 0 ? 'before' : 'after'}.${form}`)
    const list = { apiVersion: 'v1', items: pods, kind: 'List' }
    writeFileSync(
      file,
      form === 'json' ? JSON.stringify(list, undefined, 4) : pods.map((one) => dump(one)).join('---\n'),
    )
    return file
  })
}

/** @param {string} text @param {number} index @param {number} side */
function pod(text, index, side) {
  /** @type {any} */
  const object = JSON.parse(text.replace(/(?<=-)[0-9a-f]{16}(?=-)/g, (index * 2 + side).toString(16).padStart(16, '0')))
  object.metadata.name = `app-${index}-${object.metadata.labels['spark-role']}`
  object.metadata.labels['sparkoperator.k8s.io/app-name'] = `app-${index}`
  if (side === 1) /** @type {unknown[]} */ (object.spec.volumes).reverse()
  if (side === 1 && index % CHANGED_EVERY === 0) object.spec.terminationGracePeriodSeconds = 31
  return object
}
