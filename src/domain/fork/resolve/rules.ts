/** Which rules a profile brings, in the order in which they are asked. */
import type { Workbench } from '../../../ports/workbench.ts'
import { Generators } from '../generated/generators.ts'
import { generatedResolver, regenerate } from '../generated/regenerate.ts'
import { canTidy, tidyModule } from '../generated/tidy.ts'
import { readLayout, type Layout } from '../layout/successors.ts'
import { rewriteLayout } from '../layout/rewrite-layout.ts'
import type { ForkProfile } from '../profile/profile.ts'
import { knowledgeOf } from '../profiles/knowledge.ts'
import { dockerfileUsers } from '../checks/dockerfile-user.ts'
import { goFloor } from '../checks/go-floor.ts'
import { goChecks } from '../checks/go-checks.ts'
import { textChecks } from '../checks/text-checks.ts'
import { deletionPolicy } from './deletion.ts'
import { goModResolver } from './go-mod-resolver.ts'
import type { CarryContext, CarryRules } from './resolver.ts'
import { upstreamDetectors } from '../upstreamed/detectors.ts'
import { indexUpstream, type UpstreamIndex } from '../upstreamed/upstream-index.ts'
import { textResolver } from './text-resolver.ts'

/** The rules for a profile. Without a workbench nothing is generated, and what only a generator can settle is undecided. */
export function carryRules(profile: ForkProfile, workbench?: Workbench): CarryRules {
  const known = knowledgeOf(profile.name)
  let layout: Promise<Layout> | undefined
  const layoutOf = ({ git, oldBase, target }: CarryContext): Promise<Layout> =>
    (layout ??= readLayout(git, oldBase, target, known))
  let index: Promise<UpstreamIndex> | undefined
  const generators = new Generators(known.generators, workbench)
  const rewrite = rewriteLayout(layoutOf)
  return {
    detectors: upstreamDetectors({ rewrite, indexOf: (context) => (index ??= indexUpstream(context)) }),
    beforeMerge: [rewrite],
    resolvers: [deletionPolicy(known.retired), generatedResolver(generators), goModResolver(() => canTidy(profile.generators, workbench)), textResolver(known)],
    afterMerge: [tidyModule(workbench), goFloor(), regenerate(generators), textChecks(known), goChecks(), dockerfileUsers()],
  }
}
