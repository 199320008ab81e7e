/** The images of a version, read as container runtimes read them. */
import { describe, expect, it } from 'vitest'
import { effectiveBehaviour } from '../../../../src/domain/operator/behaviour/behaviour.ts'
import { fitsArguments, imagesOf, readImageName } from '../../../../src/domain/operator/source/images.ts'
import { deployment } from '../../../support/operator/rendered.ts'

describe('images', () => {
  it.each([
    ['spark', ['docker.io', 'library/spark', 'latest', undefined]],
    ['kubeflow/spark-operator:2.1.1', ['docker.io', 'kubeflow/spark-operator', '2.1.1', undefined]],
    ['ghcr.io/kubeflow/x/controller:2.5.2', ['ghcr.io', 'kubeflow/x/controller', '2.5.2', undefined]],
    ['localhost/a', ['localhost', 'a', 'latest', undefined]],
    ['host:5000/a/b@sha256:00', ['host:5000', 'a/b', undefined, 'sha256:00']],
    ['host:5000/a:1@sha256:00', ['host:5000', 'a', '1', 'sha256:00']],
  ])('%s', (image, expected) => {
    const { registry, repository, tag, digest } = readImageName(image)
    expect([registry, repository, tag, digest]).toEqual(expected)
  })

  it('are listed once with all who use them', () => {
    const one = deployment([], { name: 'a', image: 'x:1' })
    const two = deployment([], { name: 'b', image: 'x:1' })
    expect(imagesOf({ objects: [one, two], hooks: [] })).toMatchObject([
      { image: 'x:1', usedBy: ['Deployment a', 'Deployment b'], isPinned: false },
    ])
  })

  it('of one generation do not fit the arguments of the other', () => {
    const fits = (image: string, args: readonly string[]) =>
      fitsArguments(effectiveBehaviour([deployment(args, { image })], 'spark')[0]!)
    const [one, two] = [
      ['-namespace=a', '-enable-ui-service=true', '-controller-threads=1'],
      ['controller', 'start', '--namespaces=a'],
    ]
    expect(fits('r/spark-operator:v1beta2-1.6.2-3.5.0', two)).toBe(false)
    expect(fits('r/spark-operator:2.5.2', one)).toBe(false)
    expect(fits('r/spark-operator:2.5.2-acme', two)).toBe(true)
    expect(fits('r/spark-operator:latest', two)).toBeUndefined()
  })
})
