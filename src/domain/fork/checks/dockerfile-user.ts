/**
 * A Dockerfile that merged cleanly may run the company's commands as somebody else: upstream's `USER spark` above them
 * takes away the root that they need. Nothing but a build would tell, so a person is asked.
 */
import type { ObjectReader, Oid } from '../../../ports/git.ts'
import { splitLines, textOf } from '../resolve/lines.ts'
import type { AfterMerge, CarryFinding } from '../resolve/resolver.ts'

/** The hook; it changes nothing. */
export function dockerfileUsers(): AfterMerge {
  return {
    id: 'dockerfile-user',
    finish: async ({ git, onto, theirsTree, baseTree }, tree, { assumed }) => {
      const findings: CarryFinding[] = []
      for (const { path } of await git.diff(onto, tree)) {
        if (!/(^|\/)(Dockerfile|Containerfile)[^/]*$/.test(path) || assumed.has(path)) continue
        const [now, wanted, before] = [
          await readAt(git, tree, path),
          await readAt(git, theirsTree, path),
          await readAt(git, baseTree, path),
        ]
        const [runs, meant, old] = [usersOf(now), usersOf(wanted), usersOf(before)]
        for (const [command, user] of runs) {
          const intended = meant.get(command)
          if (old.has(command) || intended === undefined || intended === user) continue
          const message = `“${command.slice(0, 80)}” ran as ${intended} in the company's, here it runs as ${user}`
          findings.push({ rule: 'dockerfile-user', path, gate: 'block', message })
        }
      }
      return { tree, resolutions: [], findings }
    },
  }
}

/** Each RUN with the user it runs as; the base image's own where the stage names none. */
function usersOf(text: string): Map<string, string> {
  const found = new Map<string, string>()
  let user = 'the image’s user'
  for (const line of splitLines(text)) {
    const instruction = /^\s*(FROM|USER|RUN)\s+(.*?)\s*$/i.exec(line)
    if (instruction === null) continue
    const verb = instruction[1]!.toUpperCase()
    if (verb === 'FROM') user = 'the image’s user'
    else if (verb === 'USER') user = instruction[2]!
    else found.set(instruction[2]!, user)
  }
  return found
}

async function readAt(git: ObjectReader, tree: Oid, path: string): Promise<string> {
  const found = await git.find(tree, path)
  return found === undefined || !found.mode.startsWith('100') ? '' : (textOf(await git.readBlob(found.oid)) ?? '')
}
