/** What an operator does, told from the words it is started with: both generations, and the traps in their flags. */
import { describe, expect, it } from 'vitest'
import { effectiveBehaviour, type OperatorBehaviour } from '../../../../src/domain/operator/behaviour/behaviour.ts'
import { compareBehaviour } from '../../../../src/domain/operator/behaviour/compare.ts'
import { describeScope, isWatched } from '../../../../src/domain/operator/behaviour/namespaces.ts'
import { deployment, type DeploymentOptions } from '../../../support/operator/rendered.ts'

function behaviourOf(args: readonly string[], options: DeploymentOptions = {}): OperatorBehaviour {
  const found = effectiveBehaviour([deployment(args, options)], 'spark')
  expect(found).toHaveLength(1)
  return found[0]!
}
const ONE = ['-v=2', '-logtostderr', '-enable-ui-service=true', '-controller-threads=10']
const TWO = ['controller', 'start', '--controller-threads=10']
const scope = (args: readonly string[]): string => describeScope(behaviourOf(args).namespaces)

describe('the namespaces an operator watches', () => {
  it.each<[string, readonly string[], string]>([
    ['1.x: one', [...ONE, '-namespace=jobs'], 'jobs'],
    ['1.x: an empty one is all', [...ONE, '-namespace='], 'all namespaces'],
    ['1.x: no flag is all, which is what the chart makes of two listed ones', ONE, 'all namespaces'],
    ['1.x: the last of two counts', [...ONE, '-namespace=a', '--namespace', 'b'], 'b'],
    ['1.x: a list is one strange name, not two names', [...ONE, '-namespace=a,b'], 'a,b'],
    ['2.x: a list', [...TWO, '--namespaces=b,a'], 'a, b'],
    ['2.x: lists add up', [...TWO, '--namespaces=a', '--namespaces=b'], 'a, b'],
    ['2.x: the chart writes the empty name in quotes, and it is all', [...TWO, '--namespaces=""'], 'all namespaces'],
    ['2.x: an empty name among others is all', [...TWO, '--namespaces=a,'], 'all namespaces'],
    ['2.x: no flag is all', TWO, 'all namespaces'],
    ['2.x: a selector alone is not all', [...TWO, '--namespace-selector=team=data'], 'those labelled team=data'],
    ['2.x: a selector adds to a list', [...TWO, '--namespaces=a', '--namespace-selector=x'], 'a and those labelled x'],
    ['2.x: all wins over a selector', [...TWO, '--namespaces=""', '--namespace-selector=x'], 'all namespaces'],
  ])('%s', (_what, args, expected) => {
    expect(scope(args)).toBe(expected)
  })

  it('leaves open what only labels decide', () => {
    const { namespaces } = behaviourOf([...TWO, '--namespaces=a', '--namespace-selector=x'])
    expect([isWatched(namespaces, 'a'), isWatched(namespaces, 'b'), isWatched(namespaces, 'b', true)]).toEqual([
      true,
      undefined,
      true,
    ])
  })
})

describe('what else an operator is told', () => {
  it('how fast its queue is taken up: fixed in 1.x, by flags in 2.x', () => {
    const flags = ['--workqueue-ratelimiter-bucket-qps=50', '--workqueue-ratelimiter-max-delay=6h']
    const [one, plain, told] = [behaviourOf(ONE), behaviourOf(TWO), behaviourOf([...TWO, ...flags])]
    expect([one.queue, plain.queue, told.queue]).toEqual([
      { perSecond: 50, burst: 500, maxDelay: undefined },
      { perSecond: 10, burst: 100, maxDelay: undefined },
      { perSecond: 50, burst: 100, maxDelay: '6h' },
    ])
    expect(compareBehaviour(plain, told)).toMatchObject([
      { aspect: 'queue', before: '10/s, 100 at once', after: '50/s, 100 at once, put off for 6h at most' },
    ])
  })

  it('1.x runs its webhook in the controller, registers it itself, and fails open unless told', () => {
    const volumes = [{ name: 'webhook-certs', secret: { secretName: 'op-webhook-certs' } }]
    const args = [...ONE, '-enable-webhook=true', '-webhook-svc-name=op-webhook', '-webhook-svc-namespace=spark']
    expect(behaviourOf(args, { volumes }).webhook).toMatchObject({
      registeredBy: 'self',
      failurePolicy: 'Ignore',
      port: 8080,
      service: { namespace: 'spark', name: 'op-webhook' },
      secret: { namespace: 'spark', name: 'op-webhook-certs' },
      configurations: ['spark-webhook-config'],
    })
    expect(behaviourOf([...args, '-webhook-fail-on-error']).webhook?.failurePolicy).toBe('Fail')
    expect(behaviourOf([...ONE, '-enable-webhook=false']).webhook).toBeUndefined()
  })

  it('2.x takes its failure policy from the configurations that stand beside it', () => {
    const controller = deployment(TWO, { name: 'op-controller', instance: 'op' })
    const names = ['--mutating-webhook-name=op-webhook', '--validating-webhook-name=op-webhook']
    const args = ['webhook', 'start', '--webhook-port=9999', ...names]
    const webhook = deployment(args, { name: 'op-webhook', instance: 'op' })
    const configuration = (policies: readonly (string | undefined)[]) => ({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'op-webhook' },
      webhooks: policies.map((failurePolicy) => ({ failurePolicy, timeoutSeconds: 10 })),
    })
    const policyOf = (...policies: (string | undefined)[]) =>
      effectiveBehaviour([controller, webhook, configuration(policies)], 'spark')[0]?.webhook?.failurePolicy
    expect([policyOf('Ignore', 'Fail'), policyOf('Ignore'), policyOf(undefined)]).toEqual(['Fail', 'Ignore', 'Fail'])
    expect(effectiveBehaviour([controller, webhook], 'spark')[0]?.webhook).toMatchObject({
      port: 9999,
      failurePolicy: undefined,
      registeredBy: 'manifests',
    })
  })

  it('keeps two installations apart', () => {
    const found = effectiveBehaviour(
      [
        deployment([...TWO, '--namespaces=a'], { name: 'a-controller', instance: 'a' }),
        deployment([...TWO, '--namespaces=b'], { name: 'b-controller', instance: 'b' }),
        deployment(['webhook', 'start', '--namespaces=b'], { name: 'b-webhook', instance: 'b' }),
      ],
      'spark',
    )
    expect(found.map(({ controller, webhook }) => [controller.name, webhook?.workload.name])).toEqual([
      ['a-controller', undefined],
      ['b-controller', 'b-webhook'],
    ])
  })

  it('reads the lock, metrics and batch scheduler of either generation', () => {
    const one = [...ONE, '-leader-election', '-leader-election-lock-name=x', '-enable-metrics=true']
    expect(behaviourOf(one)).toMatchObject({
      leader: { enabled: true, name: 'x', namespace: 'spark-operator' },
      metrics: { port: 10254, endpoint: '/metrics' },
    })
    const two = [...TWO, '--enable-metrics=true', '--metrics-bind-address=:8080', '--enable-batch-scheduler=true']
    expect(behaviourOf([...two, '--default-batch-scheduler=yunikorn', '--leader-election=false'])).toMatchObject({
      leader: { enabled: false },
      metrics: { port: 8080 },
      batchScheduler: { enabled: true, default: 'yunikorn' },
    })
    expect(behaviourOf([...TWO, '--enable-metrics=true']).metrics).toBeUndefined()
  })

  it('does not let a switch that it does not know swallow the next flag', () => {
    expect(scope([...TWO, '--brand-new-switch', '--namespaces=a'])).toBe('a')
  })

  it('fills in variables that the container itself sets, and says which it cannot', () => {
    const env = [
      { name: 'JOBS', value: 'a,b' },
      { name: 'POD', valueFrom: {} },
    ]
    const found = behaviourOf([...TWO, '--namespaces=$(JOBS)', '--leader-election-lock-namespace=$(POD)'], { env })
    expect(found.namespaces.names).toEqual(['a', 'b'])
    expect(found.unresolved).toEqual(['--leader-election-lock-namespace=$(POD)'])
  })

  it('knows a fork by its flags, and takes neither its kubectl image nor another program for it', () => {
    const fork = behaviourOf([...TWO, '--enable-ui-service=true'], { image: 'corp.test/etl/runner:7' })
    expect(fork.generation).toBe('2.x')
    const others = [
      deployment(['apply', '-f', '/crds'], { image: 'ghcr.io/kubeflow/spark-operator/kubectl:2.5.2' }),
      deployment(['--namespace=a', '--leader-election'], { image: 'some/thing:1' }),
    ]
    expect(effectiveBehaviour(others, 'spark')).toEqual([])
  })
})

describe('two behaviours compared', () => {
  it('tells a namespace that is no longer watched from one that is added', () => {
    const changed = (before: readonly string[], after: readonly string[]) =>
      compareBehaviour(behaviourOf(before), behaviourOf(after)).filter(({ aspect }) => aspect === 'namespaces')
    expect(changed(ONE, [...TWO, '--namespaces=default'])).toEqual([
      { aspect: 'namespaces', before: 'all namespaces', after: 'default', effect: 'narrower' },
    ])
    expect(changed([...TWO, '--namespaces=a,b'], ONE)[0]?.effect).toBe('wider')
    expect(changed([...TWO, '--namespaces=a,b'], [...TWO, '--namespaces=b,c'])[0]?.effect).toBe('other')
    expect(changed([...ONE, '-namespace=a'], [...TWO, '--namespaces=a'])).toEqual([])
  })

  it('finds nothing between a behaviour and itself', () => {
    expect(compareBehaviour(behaviourOf(ONE), behaviourOf(ONE))).toEqual([])
  })
})
