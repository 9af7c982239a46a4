import type { FingerprintFinding } from '../fingerprint'
import type { ProfileClass } from '../policy/schema'

// What the record knows beside reported facts, and what a judge has to ask.

/** That a name nobody declared counts as another class than production (001.7). */
export type EnvironmentFlagFact = { name: string; countsAs: ProfileClass; recordedAt: Date; expiresAt: Date; endedAt: Date | null }

/** A dated word of a person on what no machine reports. `topic`: `attestation.<id>` or `acceptance.<id>`; a profile of null: of the whole system. */
export type AttestationFact = { topic: string; profile: string | null; holds: boolean; attestedAt: Date; nextDueAt: Date }

/** A change of environment-owned variables that was meant: one seen in that stretch of time is explained (004.13). */
export type GovernedChangeFact = { profile: string; variables: readonly string[]; fromAt: Date; untilAt: Date }

/** A rotation of mappings of a profile that was carried out: it explains that they changed. `endedAt` null: it still runs. */
export type RotationFact = { profile: string; mappings: readonly string[]; startedAt: Date; endedAt: Date | null }

export type Explanations = { changes: readonly GovernedChangeFact[]; rotations: readonly RotationFact[] }

/** A fallback use that is in force: the rule of the policy it was granted under, and the secrets whose files may stand in. */
export type OpenGlass = { profile: string; rule: string; mappings: readonly string[] }

/** The release that is recorded as deployed on a profile. */
export type LiveRelease = {
  artefact: string
  gitSha: string
  version: string
  /** Since when it is recorded as running: what was reported before says nothing of it. */
  since?: Date
  /** Another deployment is under way, so that what runs and what is recorded may differ for a while. */
  deploying?: boolean
}

export type SnapshotFact = { profile: string; takenAt: Date; digest: string }

/** Everything that `judgeSystem` reads beside policy and facts. */
export type JudgeContext = {
  flags: readonly EnvironmentFlagFact[]
  /** Profile to the contract variant that was chosen for it. */
  variants: Readonly<Record<string, string>>
  /** Fallback uses in force now. */
  glass: readonly OpenGlass[]
  /** Profile to what is recorded as deployed there; none: nothing is. */
  live: Readonly<Record<string, LiveRelease | null>>
  attestations: readonly AttestationFact[]
  /** What the recorded keys say (fingerprint.ts). */
  fingerprintFindings: readonly FingerprintFinding[]
  /** Recorded snapshots; the newest of each profile is enough. */
  snapshots: readonly SnapshotFact[]
  explained: Explanations
}

/** A context in which nothing is recorded. */
export const NOTHING_RECORDED: JudgeContext = {
  flags: [],
  variants: {},
  glass: [],
  live: {},
  attestations: [],
  fingerprintFindings: [],
  snapshots: [],
  explained: { changes: [], rotations: [] },
}
