/**
 * Reads `.sparkops/fork.yaml`: a built-in profile by name, and what differs from it. A key that is not known is an error
 * with its name: a misspelt policy must not be silently none.
 */
import { load } from 'js-yaml'
import type { ObjectReader, Oid } from '../../../ports/git.ts'
import { SparkopsError } from '../../errors.ts'
import { BUILT_IN, PROFILE_MARKS } from './built-in.ts'
import {
  type DeletionPolicy,
  type ForkProfile,
  PATH_CLASSES,
  type PathClass,
  PROFILE_NAMES,
  type ProfileName,
} from './profile.ts'

export const PROFILE_FILE = '.sparkops/fork.yaml'

const TEXT_KEYS = ['companyBranch', 'base', 'goVersion', 'versionSuffix', 'trailer'] as const
const LIST_KEYS = ['companyOwned', 'generators'] as const
const KEYS = new Set<string>([
  ...TEXT_KEYS,
  ...LIST_KEYS,
  'profile',
  'upstream',
  'classes',
  'deletions',
  'merges',
  'publish',
])

/** The profile that a text and the user's choice make; `found` is what the tree looks like. */
export function readProfile(
  text: string | undefined,
  options: { asked?: ProfileName | undefined; found: ProfileName },
): ForkProfile {
  const document = text === undefined ? {} : parse(text)
  for (const key of Object.keys(document)) if (!KEYS.has(key)) throw bad(key, 'there is no such key')
  const name = options.asked ?? choice(document, 'profile', PROFILE_NAMES) ?? options.found
  const built = BUILT_IN[name]
  const upstream = section(document, 'upstream', ['url', 'branch', 'tagPattern'])
  const publish = section(document, 'publish', ['remote', 'mode'])
  const texts = Object.fromEntries(
    TEXT_KEYS.flatMap((key) => (document[key] === undefined ? [] : [[key, textOf(document, key)]])),
  )
  const lists = Object.fromEntries(
    LIST_KEYS.flatMap((key) => (document[key] === undefined ? [] : [[key, listOf(document, key)]])),
  )
  return checked({
    ...built,
    ...texts,
    ...lists,
    upstream: {
      url: textOf(upstream, 'url', 'upstream.') ?? built.upstream.url,
      branch: textOf(upstream, 'branch', 'upstream.') ?? built.upstream.branch,
      tagPattern: textOf(upstream, 'tagPattern', 'upstream.') ?? built.upstream.tagPattern,
    },
    classes: [...classesOf(document), ...built.classes],
    deletions: { ...built.deletions, ...deletionsOf(document) },
    merges: choice(document, 'merges', ['keep', 'linearise'] as const) ?? built.merges,
    publish: {
      remote: textOf(publish, 'remote', 'publish.') ?? built.publish.remote,
      mode: choice(publish, 'mode', ['branch', 'ff', 'lease'] as const, 'publish.') ?? built.publish.mode,
    },
  })
}

/** The profile whose marks a tree has; `generic` where it has none. */
export async function recogniseProfile(git: ObjectReader, commit: Oid): Promise<ProfileName> {
  for (const { name, paths } of PROFILE_MARKS) {
    const found = await Promise.all(paths.map((path) => git.find(commit, path)))
    if (found.some((one) => one !== undefined)) return name
  }
  return 'generic'
}

type Mapping = Record<string, unknown>

function parse(text: string): Mapping {
  let document: unknown
  try {
    document = load(text, { filename: PROFILE_FILE })
  } catch (error) {
    throw bad('', error instanceof Error ? error.message.split('\n')[0]! : String(error))
  }
  if (document === null || document === undefined) return {}
  if (typeof document !== 'object' || Array.isArray(document)) throw bad('', 'it is not a mapping')
  return document as Mapping
}

function section(document: Mapping, key: string, allowed: readonly string[]): Mapping {
  const value = document[key] ?? {}
  if (typeof value !== 'object' || Array.isArray(value)) throw bad(key, 'it is not a mapping')
  for (const name of Object.keys(value))
    if (!allowed.includes(name)) throw bad(`${key}.${name}`, 'there is no such key')
  return value as Mapping
}

function textOf(document: Mapping, key: string, prefix = ''): string | undefined {
  const value = document[key]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string' && typeof value !== 'number') throw bad(prefix + key, 'it is not a text')
  return String(value)
}

function listOf(document: Mapping, key: string, prefix = ''): string[] {
  const value = document[key] ?? []
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'string'))
    throw bad(prefix + key, 'it is not a list of texts')
  return value as string[]
}

function choice<const T extends string>(
  document: Mapping,
  key: string,
  allowed: readonly T[],
  prefix = '',
): T | undefined {
  const value = textOf(document, key, prefix)
  if (value === undefined) return undefined
  const found = allowed.find((one) => one === value)
  if (found === undefined) throw bad(prefix + key, `it is ${JSON.stringify(value)}, not one of ${allowed.join(', ')}`)
  return found
}

function classesOf(document: Mapping): ForkProfile['classes'] {
  const classes = section(document, 'classes', PATH_CLASSES)
  return Object.keys(classes).map((name) => ({ class: name as PathClass, paths: listOf(classes, name, 'classes.') }))
}

function deletionsOf(document: Mapping): Partial<Record<PathClass, DeletionPolicy>> {
  const policies = section(document, 'deletions', PATH_CLASSES)
  const entries = Object.keys(policies).map((name): [string, DeletionPolicy] => {
    const policy = section(policies, name, ['deletedByCompany', 'deletedByUpstream'])
    const prefix = `deletions.${name}.`
    return [
      name,
      {
        deletedByCompany: choice(policy, 'deletedByCompany', ['stay-deleted', 'ask'] as const, prefix) ?? 'ask',
        deletedByUpstream:
          choice(policy, 'deletedByUpstream', ['drop-change', 'keep-company', 'ask'] as const, prefix) ?? 'ask',
      },
    ]
  })
  return Object.fromEntries(entries)
}

function checked(profile: ForkProfile): ForkProfile {
  try {
    new RegExp(profile.upstream.tagPattern)
  } catch (error) {
    throw bad('upstream.tagPattern', error instanceof Error ? error.message : String(error))
  }
  if (profile.trailer !== undefined && !/^[A-Za-z][A-Za-z0-9-]*$/.test(profile.trailer)) {
    throw bad('trailer', 'a trailer is one word of letters, digits and dashes')
  }
  return profile
}

function bad(key: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_BAD_PROFILE',
    message: `${PROFILE_FILE}${key === '' ? '' : `: ${key}`} cannot be used`,
    why,
    hint: 'docs/fork.md lists the keys',
    exit: 'data',
  })
}
