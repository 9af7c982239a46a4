import 'server-only'
import { db } from '@/lib/db/client'
import { unseenSystem } from '@/lib/db/load-policy'
import { ensureReadable } from '@/lib/db/load-system'
import { loadVerdictFacts } from '@/lib/db/load-verdict'
import { resolveProfile } from '@/lib/domain/policy/resolve'
import { Refused } from '@/lib/domain/refusal'
import { judgeVerdict, type Verdict } from '@/lib/domain/verdict'
import type { Looker } from '../system-standing'

const UNREGISTERED = { code: 'not_found', who: 'Release Manager, Dev lead, Engineer, or a pipeline token' } as const

/**
 * The question a pipeline asks: may this release go to this profile now? GO, or NOT_YET with every reason. Refuses only a system that the looker
 * may not see, as one nobody knows (T23); an unknown release or profile is a reason, and fails closed (001.7).
 */
export async function getVerdict(looker: Looker, asked: { system: string; profile: string; release: string }) {
  ensureReadable(looker.actor, asked.system, looker.now)
  const facts = await loadVerdictFacts(db, asked)
  if (!facts) throw new Refused(unseenSystem(asked.system))
  const { now, policy, version, profileKey, release, promotion, past, running } = facts
  const { profile, class: profileClass } = resolveProfile(policy, profileKey)
  const judged: Verdict = release
    ? judgeVerdict({ policy, profileKey, release, promotion, past }, now)
    : {
        verdict: 'NOT_YET',
        kind: 'deploy',
        reasons: [{ ...UNREGISTERED, sentence: `${policy.system.name} has no registered release ${asked.release}.` }],
      }
  const undeclared = profile
    ? []
    : [
        {
          code: 'policy_forbids',
          sentence: `The policy of ${policy.system.name} declares no profile ${asked.profile}, so it counts as production.`,
          who: null,
        },
      ]
  return {
    ...judged,
    reasons: [...undeclared, ...judged.reasons],
    system: asked.system,
    profile: { asked: asked.profile, id: profile?.id ?? null, class: profileClass },
    release: release && { version: release.version, gitSha: release.gitSha, artefact: release.artefact },
    promotion: promotion?.id ?? null,
    emergency: promotion?.emergency ? { incident: promotion.emergency.incident.id, skipped: [...promotion.emergency.skipped] } : null,
    dossier: promotion?.sealed ? { number: promotion.sealed.number, hash: promotion.sealed.hash } : null,
    window: promotion?.window ?? null,
    running,
    policy: { number: version.number, hash: version.hash },
    judgedAt: now,
  }
}
