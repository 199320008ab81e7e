/** Converts all applications of files, and keeps everything else that the files hold. */
import { createTwoFilesPatch } from 'diff'
import type { ObjectText } from '../../../ports/object-files.ts'
import { API_VERSION, type Document } from '../../document.ts'
import { isMap, textAt } from '../../pods/json.ts'
import { malformed } from '../../pods/read-objects.ts'
import { versionOf } from '../../pods/versions.ts'
import type { OperatorVersion } from '../../pods/webhook/operator-versions.ts'
import { type Found, type Manifest, applicationsOf, holdsNone, positionOf, readManifest } from '../manifest/manifest.ts'
import { type Change, rewrite } from '../manifest/rewrite.ts'
import { refuseBroken, specPath } from '../schema/check-application.ts'
import { convertApplication } from './convert.ts'
import type { Conversion, ConversionRow, FieldPath, TemplateFile } from './conversion.ts'
import { formatPath } from './paths.ts'

export interface ConvertQuestion {
  files: readonly ObjectText[]
  operator: OperatorVersion
  /** The Spark of the jobs’ images, where it is another than the applications say. */
  sparkVersion: string | undefined
  isIdeal: boolean
  templatesAt: string | undefined
}

export interface ConvertedApplication {
  kind: string
  name: string
  namespace?: string
  line: number
  sparkVersion: string
  isChanged: boolean
  fields: ConversionRow[]
  templates: TemplateFile[]
  notes: string[]
}

export interface ConvertedFile {
  file: string
  isChanged: boolean
  /** The whole file, converted. */
  text: string
  /** Unified, empty where nothing changes. */
  diff: string
  applications: ConvertedApplication[]
}

export interface AppConversion extends Document {
  kind: 'AppConversion'
  operatorVersion: string
  /** The Spark inside the operator, which makes the drivers. */
  sparkInOperator: string
  files: ConvertedFile[]
  summary: { applications: number; moved: number; filled: number; lost: number; changed: number }
  exit: 'ok' | 'findings'
}

/** Reads and converts. Throws exit 65 for files that cannot be read, or that hold no application. */
export async function convertFiles(question: ConvertQuestion): Promise<AppConversion> {
  const files: ConvertedFile[] = []
  for (const file of question.files) {
    const manifest = readManifest(await file.text(), file.name)
    const found = applicationsOf(manifest)
    if (found.length > 0) files.push(convertManifest(manifest, found, question))
    else if (file.isNamed) throw holdsNone(file.name)
  }
  if (files.length === 0) throw holdsNone('the directory')
  const rows = files.flatMap(({ applications }) => applications).flatMap(({ fields }) => fields)
  const count = (holds: (row: ConversionRow) => boolean): number => rows.filter(holds).length
  const lost = count(({ severity }) => severity === 'lost')
  return {
    apiVersion: API_VERSION,
    kind: 'AppConversion',
    operatorVersion: question.operator.name,
    sparkInOperator: question.operator.spark,
    files,
    summary: {
      applications: files.reduce((sum, { applications }) => sum + applications.length, 0),
      moved: count(
        ({ outcome, severity }) => ['template', 'conf', 'file'].includes(outcome) && severity !== 'cosmetic',
      ),
      filled: count(({ outcome }) => outcome === 'filled'),
      lost,
      changed: count(({ severity }) => severity === 'changed'),
    },
    exit: lost > 0 ? 'findings' : 'ok',
  }
}

function convertManifest(manifest: Manifest, found: readonly Found[], question: ConvertQuestion): ConvertedFile {
  const changes = new Map<Found['document'], Change & { moves: Conversion['moves'] }>()
  const applications = found.map((one) => {
    const { conversion, told } = convertOne(manifest, one, question)
    const at = (path: FieldPath): FieldPath => [...one.path, ...path]
    const change = changes.get(one.document) ?? { document: one.document, value: one.document.value, moves: [] }
    const moves = conversion.moves.map(({ from, to }) => ({ from: at(from), to: at(to) }))
    changes.set(one.document, {
      document: one.document,
      value: withSpec(change.value, [...one.path, 'spec'], conversion.object['spec']),
      moves: [...change.moves, ...moves],
    })
    return told
  })
  const { text, anew } = rewrite(manifest, [...changes.values()])
  if (anew > 0)
    applications[0]?.notes.push(
      'the file was written anew: its anchors or its form left no other way, comments are lost',
    )
  const isChanged = text !== manifest.text
  const diff = isChanged
    ? createTwoFilesPatch(manifest.name, manifest.name, manifest.text, text, 'before', 'converted')
    : ''
  return { file: manifest.name, isChanged, text, diff, applications }
}

function convertOne(
  manifest: Manifest,
  one: Found,
  question: ConvertQuestion,
): { conversion: Conversion; told: ConvertedApplication } {
  const { object, document, path } = one
  const place = (field: FieldPath): string => {
    const { line, column } = positionOf(manifest, document, [...path, ...field])
    return `${manifest.name}:${line}:${column}`
  }
  refuseBroken(object, question.operator.parts, place)
  const prefix = specPath(object)
  const told = question.sparkVersion ?? textAt(object, ...prefix, 'sparkVersion')
  const jobSpark = versionOf(told)
  if (told === undefined || jobSpark === undefined)
    throw malformed(
      `${place([...prefix, 'sparkVersion'])}: ${formatPath([...prefix, 'sparkVersion'])}`,
      told === undefined
        ? 'it does not say which Spark the job runs'
        : `${JSON.stringify(told)} is no version of Spark`,
    )
  const { operator, isIdeal, templatesAt } = question
  const conversion = convertApplication({ object, operator, jobSpark, isIdeal, templatesAt })
  for (const { name } of conversion.templates)
    if (!/^[a-z0-9][-a-z0-9.]*$/.test(name))
      throw malformed(
        `${place(['metadata', 'name'])}: metadata.name`,
        `no file can be named after ${JSON.stringify(name)}`,
      )
  const namespace = textAt(object, 'metadata', 'namespace')
  return {
    conversion,
    told: {
      kind: textAt(object, 'kind') ?? '',
      name: textAt(object, 'metadata', 'name') ?? '(unnamed)',
      ...(namespace !== undefined && { namespace }),
      line: positionOf(manifest, document, path).line,
      sparkVersion: told,
      isChanged: JSON.stringify(conversion.object['spec']) !== JSON.stringify(object['spec']),
      fields: conversion.rows,
      templates: conversion.templates,
      notes: conversion.notes,
    },
  }
}

/** The value with another spec at a place; what lies beside is shared. */
function withSpec(value: unknown, path: FieldPath, spec: unknown): unknown {
  const [part, ...rest] = path
  if (part === undefined) return spec
  if (typeof part === 'number')
    return Array.isArray(value)
      ? value.map((item, index) => (index === part ? withSpec(item, rest, spec) : (item as unknown)))
      : value
  return isMap(value) ? { ...value, [part]: withSpec(value[part], rest, spec) } : value
}
