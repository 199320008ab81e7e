/**
 * One side deleted a file that the other changed. Who is followed is a policy of the file's class, never a default: the
 * company may leave upstream's CI behind, but what upstream deleted under a patch is a person's to decide.
 */
import type { ForkProfile, PathClass } from '../profile/profile.ts'
import type { Retired } from '../profiles/knowledge.ts'
import { matchesAny } from './glob.ts'
import type { Conflict, Decision, Resolver } from './resolver.ts'

/** The first class whose globs match a path. */
export function pathClassOf(path: string, profile: ForkProfile): PathClass | undefined {
  return profile.classes.find(({ paths }) => matchesAny(path, paths))?.class
}

/** The file's class, if what the company deletes of that class stays deleted; parts of a file are deleted like files. */
export function staysDeleted(path: string, profile: ForkProfile): PathClass | undefined {
  const name = pathClassOf(path, profile)
  return name !== undefined && profile.deletions[name]?.deletedByCompany === 'stay-deleted' ? name : undefined
}

/** Follows the profile's policy for the file's class. */
export function deletionPolicy(retired: readonly Retired[]): Resolver {
  return {
    id: 'delete-policy',
    resolve: (conflict, { profile }) => Promise.resolve(decide(conflict, profile, retired)),
  }
}

function decide(conflict: Conflict, profile: ForkProfile, retired: readonly Retired[]): Decision | undefined {
  const { path, base, ours, theirs } = conflict
  if (base === undefined || (ours !== undefined) === (theirs !== undefined)) return undefined
  const name = pathClassOf(path, profile)
  const policy = name === undefined ? undefined : profile.deletions[name]
  const followed = {
    rule: `delete-policy/${name ?? 'none'}`,
    ruleVersion: 1,
    class: 'auto',
    confidence: 'rule',
  } as const
  const file = name === undefined ? path : `${path} (${name})`
  if (theirs === undefined) {
    if (policy?.deletedByCompany !== 'stay-deleted')
      return undecided(`the company deleted ${file}, upstream changed it since`, [])
    const evidence = `the company deleted ${file}; the profile says that what it deleted of this class stays deleted`
    return { kind: 'resolved', content: 'deleted', evidence, ...followed }
  }
  const hints = retired.filter((row) => row.path === path).map((row) => row.hint)
  switch (policy?.deletedByUpstream) {
    case 'drop-change': {
      const evidence = `upstream deleted ${file}; the profile says that the company's change of this class goes with it`
      return { kind: 'resolved', content: 'deleted', evidence, ...followed }
    }
    case 'keep-company': {
      const evidence = `upstream deleted ${file}; the profile says that the company's stays`
      return { kind: 'resolved', content: { oid: theirs.oid }, mode: theirs.mode, evidence, ...followed }
    }
    default:
      return undecided(`upstream deleted ${file}, which the company changes`, hints)
  }
}

function undecided(why: string, hints: readonly string[]): Decision {
  return { kind: 'undecided', why, hints }
}
