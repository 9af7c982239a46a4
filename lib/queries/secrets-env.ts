import 'server-only'
import { db } from '@/lib/db/client'
import { loadAuditedRotations } from '@/lib/db/load-audit-facts'
import { loadSecretFacts } from '@/lib/db/load-keys'
import type { FingerprintFinding } from '@/lib/domain/fingerprint'
import type { HeldKey, KeyStanding } from '@/lib/domain/key-standing'
import type { OpenGlass } from '@/lib/domain/matrix-cell'
import { mappingsOn, ownershipOf } from '@/lib/domain/ownership'
import { resolveManagerKey } from '@/lib/domain/policy/resolve'
import type { Policy, PolicyOwnership, PolicyProfile, PolicySecretMapping } from '@/lib/domain/policy/schema'
import type { Refusal } from '@/lib/domain/refusal'
import { type SecretAuditStanding, whyNotAudit } from '@/lib/domain/secret-audit'
import type { Looker } from './system-standing'

/** One mapping of a profile as the env tab shows it: names, rule, what it holds and what is wrong with it. Never a value. */
export type MappingView = {
  mapping: PolicySecretMapping
  managerKey: string
  rule: PolicyOwnership | null
  standing: KeyStanding | null
  /** Whether its age is that of the rule: the second of a shifted pair is old by design. */
  counts: boolean
  keys: HeldKey[]
  findings: FingerprintFinding[]
  /** What the system does not do while the variable is missing (001.4). */
  capabilities: { title: string; whenMissing: 'disabled' | 'startup-failure' | 'default'; text: string }[]
}

/** One profile of the env tab. */
export type ProfileSecrets = {
  profile: PolicyProfile
  storage: Policy['secrets']['storage'][number] | null
  mappings: MappingView[]
  glass: OpenGlass[]
  audit: SecretAuditStanding | null
  /** Why the viewer may not audit the profile's secret handling; null when they may. */
  whyNotAudit: Refusal | null
}

/** The secrets of a system, profile by profile; statements do not grow with profiles or mappings. The caller has made sure that the viewer may see it. */
export async function getSecretsEnv(looker: Looker, policy: Policy): Promise<ProfileSecrets[]> {
  const slug = policy.system.slug
  const { standings, findings, audits, glass, held } = await loadSecretFacts(db, [policy], looker.now)
  const auditOf = (profile: string) => audits.find((audit) => audit.profile.id === profile) ?? null
  const since = await loadAuditedRotations(db, {
    systemId: slug,
    OR: policy.profiles.map(({ id }) => {
      const last = auditOf(id)?.last
      return { profileKey: id, ...(last ? { OR: [{ endedAt: null }, { endedAt: { gt: last.auditedAt } }] } : {}) }
    }),
  })
  return policy.profiles.map((profile): ProfileSecrets => {
    const mappings = mappingsOn(policy, profile.id).map((mapping): MappingView => {
      const rule = ownershipOf(policy, profile.id, mapping.id)
      const standing = rule ? (standings.find(({ ownership }) => ownership.id === rule.id) ?? null) : null
      const place = standing?.members.findIndex((member) => member.mapping === mapping.id) ?? -1
      const at = { profile: profile.id, mapping: mapping.id }
      return {
        mapping,
        managerKey: resolveManagerKey(mapping, profile.id),
        rule,
        standing,
        counts: rule?.method !== 'shift-pair' || place === 0,
        keys: held(slug, profile.id, mapping.id),
        findings: findings.filter((finding) => concerns(finding, at)),
        capabilities: policy.capabilities
          .filter(({ needs, profiles }) => needs.includes(mapping.variable) && profiles.includes(profile.id))
          .map(({ title, whenMissing, text }) => ({ title, whenMissing, text })),
      }
    })
    const audit = auditOf(profile.id)
    return {
      profile,
      storage: policy.secrets.storage.find(({ profiles }) => profiles.includes(profile.id)) ?? null,
      mappings,
      glass: glass.filter((use) => use.profile === profile.id),
      audit,
      whyNotAudit: whyNotAudit(
        {
          system: { id: slug, name: policy.system.name },
          profile: profile.id,
          rule: policy.secrets.audits.find(({ profiles }) => profiles.includes(profile.id)) ?? null,
          rotation: null,
          since: since.filter((rotation) => rotation.profile === profile.id),
        },
        { nextDueAt: null },
        looker.actor,
        looker.now,
      ),
    }
  })
}

/** Whether a finding is about a mapping of a profile, on either side of it. */
function concerns({ profile, mapping, other }: FingerprintFinding, at: { profile: string; mapping: string }): boolean {
  return (
    (profile === at.profile && mapping === at.mapping) || (other !== null && other.profile === at.profile && other.mapping === at.mapping)
  )
}
