import { type Refusal, refuse } from '../../refusal'
import { releaseSubjects, STATEMENT_TYPE, type StatedFacts, type Statement } from './in-toto'

// The verification summary of SLSA (slsa.dev/verification_summary/v1): that a release may go to a profile, in the words that deployers' tools know.

export const VSA_TYPE = 'https://slsa.dev/verification_summary/v1'

/** What a summary says beyond the facts of the promotion: who says so, what of, and under which policy. */
export type SummaryFacts = StatedFacts & {
  /** Address of the instance that judged, and of what was judged: the profile of the system. */
  verifier: string
  resource: string
  policy: { uri: string; sha256: string }
  /** When every slot was signed; null while one is open. */
  approvedAt: string | null
  /** When it ended without having been approved; null while it is open. */
  refusedAt: string | null
  /** Whether every blocking gate passed, none skipped in an emergency or covered by an exception. */
  gatesPassed: boolean
  /** Digest of the in-toto statement about the same promotion. */
  statement: string
}

/**
 * When a promotion was decided: approved with the signature that filled the last slot of the version that stands, else refused when it ended. Both null
 * while it is open.
 */
export function decidedAt(
  { sealed, signOffs }: Pick<StatedFacts, 'sealed' | 'signOffs'>,
  slots: readonly { id: string }[],
  endedAt: string | null,
): Pick<SummaryFacts, 'approvedAt' | 'refusedAt'> {
  const standing = signOffs.filter(({ decision, withdrawnAt }) => decision === 'approve' && withdrawnAt === null)
  const isFull = sealed.endedAt === null && slots.every(({ id }) => standing.some(({ slot }) => slot === id))
  if (!isFull) return { approvedAt: null, refusedAt: endedAt }
  return {
    approvedAt:
      standing
        .map(({ at }) => at)
        .sort()
        .at(-1) ?? sealed.sealedAt,
    refusedAt: null,
  }
}

/** The one answer for a summary of what nobody has decided yet: a slot is open. */
export function undecided(id: string): Refusal {
  return refuse('wrong_state', `${id} is not decided: a summary says that it passed or failed. Ask again when every slot is signed.`)
}

/** Why there is no summary yet; null when there is one to give. */
export function whyNotSummary({ id, approvedAt, refusedAt }: Pick<SummaryFacts, 'id' | 'approvedAt' | 'refusedAt'>): Refusal | null {
  return approvedAt !== null || refusedAt !== null ? null : undecided(id)
}

/** The levels a promotion reached, in words of ours: SLSA keeps those with its own name for tracks that we do not judge. */
function levelsOf({ approvedAt, gatesPassed }: SummaryFacts): string[] {
  if (approvedAt === null) return []
  return [...(gatesPassed ? ['COUNTERSIGN_GATES_PASSED'] : []), 'COUNTERSIGN_FULLY_SIGNED']
}

/** The summary of a decided promotion (see `whyNotSummary`). `timeVerified` is when it was decided, so that it is the same whenever it is asked for. */
export function summaryStatement(facts: SummaryFacts): Statement {
  const { approvedAt, refusedAt } = facts
  return {
    _type: STATEMENT_TYPE,
    subject: releaseSubjects(facts),
    predicateType: VSA_TYPE,
    predicate: {
      verifier: { id: facts.verifier },
      timeVerified: approvedAt ?? refusedAt,
      resourceUri: facts.resource,
      policy: { uri: facts.policy.uri, digest: { sha256: facts.policy.sha256 } },
      inputAttestations: [{ uri: `urn:countersign:statement:${facts.id}`, digest: { sha256: facts.statement } }],
      verificationResult: approvedAt === null ? 'FAILED' : 'PASSED',
      verifiedLevels: approvedAt === null ? ['FAILED'] : levelsOf(facts),
    },
  }
}
