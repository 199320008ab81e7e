/** Which rules a profile brings, in the order in which they are asked. */
import type { Toolchain } from '../../../ports/toolchain.ts'
import { dockerfileUsers } from '../checks/dockerfile-user.ts'
import { goChecks } from '../checks/go-checks.ts'
import { goFloor } from '../checks/go-floor.ts'
import { goPlacement } from '../checks/go-placement.ts'
import { goImportsNeeded } from '../checks/go-imports.ts'
import { textChecks } from '../checks/text-checks.ts'
import { Generators } from '../generated/generators.ts'
import { exceptGenerated, generatedResolver, regenerate } from '../generated/regenerate.ts'
import { outgrownPins } from '../generated/outgrown-pins.ts'
import { canTidy, tidyModule } from '../generated/tidy.ts'
import { rewriteLayout } from '../layout/rewrite-layout.ts'
import { readLayout } from '../layout/successors.ts'
import type { ForkProfile } from '../profile/profile.ts'
import { knowledgeOf } from '../profiles/knowledge-of.ts'
import { upstreamDetectors } from '../upstreamed/detectors.ts'
import { indexUpstream } from '../upstreamed/upstream-index.ts'
import { deletionPolicy } from './deletion.ts'
import { goModResolver } from './go-mod-resolver.ts'
import { oncePerMove } from './once-per-move.ts'
import type { CarryRules } from './resolver.ts'
import { textResolver } from './text-resolver.ts'

/**
 * The rules for a profile. Without a toolchain nothing is generated, and what only a generator can settle is undecided.
 * One set serves any number of moves: what is read of a move is kept for that move. `isForetold`: no program runs, and what
 * generators would do is foretold.
 */
export function carryRules(profile: ForkProfile, toolchain?: Toolchain, isForetold = false): CarryRules {
  const known = knowledgeOf(profile.name)
  const layoutOf = oncePerMove(async ({ git, oldBase, target }) => readLayout(git, oldBase, target, known))
  const rewrite = rewriteLayout(layoutOf)
  const generators = new Generators(known.generators, toolchain, isForetold)
  return {
    detectors: upstreamDetectors({ rewrite, indexOf: oncePerMove(indexUpstream) }),
    beforeMerge: [rewrite],
    resolvers: [
      deletionPolicy(known.retired),
      generatedResolver(generators),
      goModResolver(() => canTidy(profile.generators, toolchain)),
      exceptGenerated(textResolver(known), generators),
    ],
    afterMerge: [
      goPlacement(),
      outgrownPins(),
      tidyModule(toolchain, isForetold),
      goFloor(),
      regenerate(generators),
      textChecks(known),
      goImportsNeeded(),
      goChecks(),
      dockerfileUsers(),
    ],
  }
}
