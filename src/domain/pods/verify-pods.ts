/** Proves pods against a truth: expectations, an application and its operator's webhook, a baseline, or themselves. */
import { API_VERSION, type Document } from '../document.ts'
import { SparkopsError } from '../errors.ts'
import type { AcceptList } from './accept.ts'
import { type Answer, type ShapeSummary, countVerdicts, settle } from './answer.ts'
import { comparePods, shapeSummary } from './diff-pods.ts'
import type { DryRun } from './dry-run/dry-run.ts'
import type { Expectation } from './expect/read-expectations.ts'
import { type JsonMap, textAt } from './json.ts'
import type { PodSet } from './pod-set.ts'
import type { FieldRow, Role } from './rows.ts'
import { type Shape, shapesOf } from './shapes.ts'
import type { SparkPod } from './spark-pod.ts'
import { Expecting } from './verify-expect.ts'
import { verifyProvenance } from './verify-provenance.ts'
import { type SpecTruth, rolesOf, verifyAgainstSpec } from './verify-spec.ts'

export interface PodVerification extends Document, Answer {
  kind: 'PodVerification'
  /** What the pods were held against, in words. */
  truth: string
  pods: string
  /** What to know of the truth itself: defects of that operator. */
  notes: string[]
}

/** What pods are held against. */
export type Truth =
  | { kind: 'expectations'; from: string; expectations: readonly Expectation[] }
  | ({ kind: 'spec'; from: string } & SpecTruth)
  | { kind: 'baseline'; from: string; pods: readonly SparkPod[] }
  | { kind: 'provenance' }
  | ({ kind: 'dry-run'; from: string } & DryRun)

export interface VerifyOptions {
  actual: PodSet
  truth: Truth
  accept: AcceptList
  /** Whether what nobody asked for counts too. */
  isStrict: boolean
}

interface Findings {
  rows: FieldRow[]
  unseen: string[]
  notes: string[]
  /** As the rows number them. */
  shapes: ShapeSummary[]
}

/** The proof, or what keeps it from being one. Never `ok` where a role of the application was not seen. */
export function verifyPods({ actual, truth, accept, isStrict }: VerifyOptions): PodVerification {
  const pods = truth.kind === 'spec' ? ofApplication(actual.pods, truth.application) : actual.pods
  const found = findingsOf(truth, pods, actual)
  const applications = truth.kind === 'spec' ? [truth.application] : applicationsOf(truth, actual)
  const unseen = [...new Set([...found.unseen, ...actual.gaps, ...unseenRoles(applications, pods)])]
  // In a proof by provenance, what a webhook put there is the very thing that must not be.
  const countExtra = isStrict || truth.kind === 'provenance' || truth.kind === 'dry-run'
  const settled = settle({ rows: found.rows, unseen, accept, countExtra })
  return {
    apiVersion: API_VERSION,
    kind: 'PodVerification',
    truth: inWords(truth),
    pods: actual.from,
    shapes: found.shapes,
    notes: [...new Set(found.notes)],
    ...settled,
    exit:
      settled.exit === 'ok' && found.rows.length === 0 && !MAY_BE_EMPTY.has(truth.kind) ? 'inconclusive' : settled.exit,
    summary: countVerdicts(settled.fields),
  }
}

/** Where no row is an answer: nothing came from a webhook, nothing was asked of it. */
const MAY_BE_EMPTY: ReadonlySet<Truth['kind']> = new Set(['provenance', 'spec', 'dry-run'])

/** Those that lie beside the pods, or else those that the cluster has. */
function applicationsOf(truth: Truth, { applications }: PodSet): JsonMap[] {
  const known = applications.length === 0 && truth.kind === 'dry-run' ? truth.applications : applications
  return known.map(({ object }) => object)
}

interface AppShape {
  shape: Shape
  application: string
}

/** The shapes of all applications, numbered through; those of one at a time, for trees take room. */
export function* byApplication(pods: readonly SparkPod[]): Generator<AppShape> {
  const applications = new Map<string, SparkPod[]>()
  for (const pod of pods) {
    const own = applications.get(pod.application)
    if (own === undefined) applications.set(pod.application, [pod])
    else own.push(pod)
  }
  const counts = { driver: 0, executor: 0 }
  for (const application of [...applications.keys()].sort())
    for (const shape of shapesOf(applications.get(application)!, counts)) yield { shape, application }
}

function findingsOf(truth: Truth, pods: readonly SparkPod[], actual: PodSet): Findings {
  switch (truth.kind) {
    case 'expectations': {
      const expecting = new Expecting(truth.expectations, pods)
      const found = eachShape(pods, ({ shape }) => ({ rows: expecting.rowsOf(shape), unseen: [] }))
      return { ...found, unseen: expecting.unmet() }
    }
    case 'spec':
      return eachShape(pods, ({ shape }) => verifyAgainstSpec(shape, truth))
    case 'dry-run':
      return { ...eachShape(pods, () => ({ rows: [], unseen: [] })), ...truth }
    case 'baseline':
      return { ...comparePods(truth, actual), notes: [] }
    case 'provenance': {
      const named = new Map(actual.applications.map(({ object }) => [textAt(object, 'metadata', 'name'), object]))
      return eachShape(pods, ({ shape, application }) => verifyProvenance(shape, named.get(application)))
    }
  }
}

type OfShape = Omit<Findings, 'shapes' | 'notes'> & { notes?: string[] }

function eachShape(pods: readonly SparkPod[], findings: (shape: AppShape) => OfShape): Findings {
  const all: Findings = { rows: [], unseen: [], notes: [], shapes: [] }
  for (const one of byApplication(pods)) {
    const { rows, unseen, notes = [] } = findings(one)
    for (const row of rows) all.rows.push(row)
    all.unseen.push(...unseen)
    all.notes.push(...notes)
    all.shapes.push(shapeSummary(one.shape, one.application))
  }
  return all
}

/** The pods of an application by its name; where all pods are of one application, those, whatever it is called. */
function ofApplication(pods: readonly SparkPod[], application: JsonMap): readonly SparkPod[] {
  const name = textAt(application, 'metadata', 'name')
  const own = pods.filter((pod) => pod.application === name)
  if (own.length > 0 || pods.length === 0) return own
  const names = new Set(pods.map((pod) => pod.application))
  if (names.size === 1) return pods
  throw new SparkopsError({
    code: 'SO_NO_SUCH_APPLICATION',
    message: `no pod is of the application ${name ?? '(unnamed)'}`,
    why: `the pods are of ${[...names].slice(0, 5).join(', ')}`,
    hint: 'give the SparkApplication that these pods are of',
    exit: 'data',
  })
}

function unseenRoles(applications: readonly JsonMap[], pods: readonly SparkPod[]): string[] {
  return applications.flatMap((application) => {
    const name = textAt(application, 'metadata', 'name') ?? '(unnamed)'
    const own = applications.length === 1 ? pods : pods.filter((pod) => pod.application === name)
    const isSeen = (role: Role): boolean => own.some((pod) => pod.role === role)
    return rolesOf(application)
      .filter((role) => !isSeen(role))
      .map((role) => `no ${role} of ${name} was seen`)
  })
}

function inWords(truth: Truth): string {
  switch (truth.kind) {
    case 'expectations':
      return `the expectations of ${truth.from}`
    case 'spec':
      return `what the webhook of operator ${truth.operator.name} makes of ${truth.from}${truth.isIdeal ? ', without its defects' : ''}`
    case 'baseline':
      return `the pods of ${truth.from}`
    case 'dry-run':
      return `what the webhook does to them on ${truth.from}, by dry run`
    case 'provenance':
      return 'nothing may come from a mutating webhook'
  }
}
