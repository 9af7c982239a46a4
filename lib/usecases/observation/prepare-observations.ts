import 'server-only'
import { createHash } from 'node:crypto'
import { uuid7 } from '@/lib/crypto/uuid7'
import { guessActivePolicy, learnActive } from '@/lib/db/active-guess'
import type { LoadedPolicy } from '@/lib/db/load-policy'
import { profileOrRefuse } from '@/lib/db/load-system'
import type { Work } from '@/lib/db/mutate'
import { findReleases, type ObservationRow, type Running, type RunningRelease } from '@/lib/db/write-observations'
import { whyNotClaims } from '@/lib/domain/observation/claims'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import { whyNotRight } from '@/lib/domain/rights'
import type { Role } from '@/lib/domain/roles'
import type { ObservationInput } from '@/lib/schemas/observation'
import { whyNotNames } from './why-not-names'

/** Who besides runtimes, agents and pipelines reports what they saw. */
export const OBSERVERS: readonly Role[] = ['release_manager', 'secops', 'dev_lead', 'engineer']

/** The observations of a call, and where each stands in it. */
export type Call = { observations: readonly ObservationInput[]; places: readonly string[] }

/** A call as it may be kept: rows with the profiles that names mean, and the releases that run. */
export type Prepared = { version: LoadedPolicy; rows: (ObservationRow & { release: RunningRelease | null })[] }

/**
 * Judges a call by the policy that is active as far as this process knows. A refusal holds only by the one that really is: after another was applied elsewhere
 * the call is judged again.
 */
export async function prepareObservations(work: Work, systemId: string, call: Call): Promise<Prepared> {
  const version = await guessActivePolicy(work.tx, systemId)
  try {
    return await prepareBy(work, version, call)
  } catch (error) {
    if (!(error instanceof Refused) || !(await learnActive(work.tx, systemId))) throw error
    return prepareBy(work, await guessActivePolicy(work.tx, systemId), call)
  }
}

async function prepareBy({ tx, now, actor }: Work, version: LoadedPolicy, { observations, places }: Call): Promise<Prepared> {
  const { policy, systemId } = version
  const { name } = policy.system
  ensure(
    whyNotRight(
      actor,
      { id: systemId, name },
      { roles: OBSERVERS, scope: 'observation:report', what: `Observations of ${name} are reported` },
      now,
    ),
  )
  const profiles = observations.map((observation, index) => {
    const place = places[index] ?? ''
    const { id } = placed(place, () => profileOrRefuse(policy, observation.profile))
    ensure(
      whyNotClaims(policy, observation, place, now),
      whyNotNames(policy, observation, place),
      observation.source === 'person' && actor.kind !== 'person'
        ? refuse('invalid', 'Software reports as runtime, agent or pipeline; what a person saw a person reports.', {
            place: `${place}source`,
          })
        : null,
    )
    return id
  })
  const running = observations.map(({ facts }): Running | null =>
    facts.artefact && (facts.artefact.reference ?? facts.artefact.gitSha) !== undefined
      ? { reference: facts.artefact.reference ?? null, gitSha: facts.artefact.gitSha ?? null }
      : null,
  )
  const releaseOf = await findReleases(
    tx,
    systemId,
    running.filter((each) => each !== null),
  )
  const rows = observations.map(({ instance, source, claimedAt, facts }, index) => {
    const profile = profiles[index] as string // one for each
    const what = running[index] ?? null
    const release = what && releaseOf(what)
    const row = { profile, instance, source: source ?? (actor.kind === 'agent' ? 'agent' : actor.kind === 'person' ? 'person' : 'runtime') }
    return {
      ...row,
      id: uuid7(now, index),
      environment: facts.environment?.name ?? null,
      facts,
      claimedAt: claimedAt ?? null,
      release,
      releaseId: release?.id ?? null,
      digest: digestOf(row, claimedAt ?? now, facts),
    }
  })
  return { version, rows }
}

// Without a claim every report is a new one: what a runtime goes back to within a moment counts, and a retry has its Idempotency-Key.
function digestOf(row: { profile: string; instance: string; source: string }, at: Date, facts: ObservationInput['facts']): string {
  return createHash('sha256')
    .update(JSON.stringify([row.profile, row.instance, row.source, at.toISOString(), facts]))
    .digest('hex')
}

/** Runs a check of one observation; its refusal says in which one the place is. */
function placed<T>(place: string, check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof Refused) || place === '') throw error
    const { refusal } = error
    throw new Refused({ ...refusal, place: `${place}${refusal.place ?? ''}` })
  }
}
