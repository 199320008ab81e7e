/** The environment as the kubelet hands it to a container. */
import { expect, it } from 'vitest'
import { foldEnvironment } from '../../../src/domain/pods/environment.ts'

function valueOf(value: string): unknown {
  const list = [
    { name: 'PATH_OF', value },
    { name: 'TZ', value: 'UTC' },
  ]
  return foldEnvironment(list).find(({ name }) => name === 'PATH_OF')?.entry['value']
}

it('marks a reference to what is set later: the kubelet leaves it as text', () => {
  expect(valueOf('$(TZ)/x')).toBe('$(TZ: set later)/x')
  expect(valueOf('$$$(TZ)')).toBe('$$$(TZ: set later)')
})

it('takes an escaped reference for the text that it is, wherever it stands', () => {
  expect(valueOf('$$(TZ)/x')).toBe('$$(TZ)/x')
})
