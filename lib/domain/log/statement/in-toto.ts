import { canonicalText } from '../../canonical'

// Statements of in-toto (in-toto.io/Statement/v1) about a promotion, a rotation or an exception: its sealed text, who signed it, what became of it.

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'

export const STATED_KINDS = ['promotion', 'rotation', 'exception'] as const
/** What a statement can be about. */
export type StatedKind = (typeof STATED_KINDS)[number]

export const STATEMENT_FORMS = ['in-toto', 'vsa'] as const
/** A statement of ours, or the summary that SLSA defines (of a promotion only). */
export type StatementForm = (typeof STATEMENT_FORMS)[number]

/** The type of what we say about each, as in-toto names types. A name and no address: nothing has to be fetched to understand one. */
export const PREDICATE_TYPE: Record<StatedKind, string> = {
  promotion: 'urn:countersign:promotion:v1',
  rotation: 'urn:countersign:rotation:v1',
  exception: 'urn:countersign:exception:v1',
}

/** What a statement is about, by digest. */
export type StatementSubject = { name: string; digest: Readonly<Record<string, string>> }

/** A statement as in-toto has it. */
export type Statement = {
  _type: typeof STATEMENT_TYPE
  subject: readonly StatementSubject[]
  predicateType: string
  predicate: Readonly<Record<string, unknown>>
}

/** A decision on what is stated. People by id, words by the digest of the text (T40); `entry` is the leaf hash by which it lies in the log. */
export type StatedSignOff = {
  id: string
  slot: string
  capacity: string
  role: string
  decision: 'approve' | 'decline'
  signer: string
  at: string
  statement: string
  withdrawnAt: string | null
  entry: string | null
}

/** A sealed text as it is stated: `content` is the object whose RFC 8785 text has the hash. */
export type StatedSeal = {
  number: number
  sha256: string
  sealedAt: string
  sealedBy: string | null
  endedAt: string | null
  endedBy: string | null
  content: unknown
  entry: string | null
}

/** A fact of what came of it: a deployment, the end of a rotation, an approved end of an exception. Ids, enums, instants. */
export type StatedOutcome = Readonly<Record<string, string | number | boolean | null>>

/** All that a statement says. It depends on the record alone and not on when it is asked for: the same record gives the same bytes. */
export type StatedFacts = {
  kind: StatedKind
  id: string
  system: string
  /** The log whose key signs it. */
  log: string
  /** Where it stands, in one word. */
  standing: string
  /** Who asked, whose act may not be their own decision. */
  requester: string
  sealed: StatedSeal
  signOffs: readonly StatedSignOff[]
  outcomes: readonly StatedOutcome[]
  /** What is promoted. */
  release?: { version: string; gitSha: string; artefact: string }
}

/** The SHA-256 that an artefact is pinned by (name@sha256:…); null where it is named by a tag with the commit in it. */
export function digestOfArtefact(artefact: string): string | null {
  return /@sha256:([0-9a-f]{64})$/i.exec(artefact)?.[1]?.toLowerCase() ?? null
}

/** What was released, by digest: the artefact where it has one, and the commit it was built from. */
export function releaseSubjects({ system, release }: Pick<StatedFacts, 'system' | 'release'>): StatementSubject[] {
  if (!release) return []
  const sha256 = digestOfArtefact(release.artefact)
  return [
    ...(sha256 ? [{ name: release.artefact, digest: { sha256 } }] : []),
    { name: `${system} ${release.version}`, digest: { gitCommit: release.gitSha } },
  ]
}

/** The newest instant a statement knows of: it says nothing about what came later. */
export function asOf({ sealed, signOffs, outcomes }: Pick<StatedFacts, 'sealed' | 'signOffs' | 'outcomes'>): string {
  const instants = [
    sealed.sealedAt,
    sealed.endedAt,
    ...signOffs.flatMap(({ at, withdrawnAt }) => [at, withdrawnAt]),
    ...outcomes.flatMap((outcome) => Object.entries(outcome).flatMap(([key, value]) => (/At$/.test(key) ? [value] : []))),
  ]
  return instants.reduce<string>((newest, at) => (typeof at === 'string' && at > newest ? at : newest), sealed.sealedAt)
}

/** The statement about a promotion, a rotation or an exception: subjects are its sealed text and what was released. */
export function inTotoStatement(facts: StatedFacts): Statement {
  const { kind, id, system, sealed, signOffs, outcomes, release } = facts
  return {
    _type: STATEMENT_TYPE,
    subject: [...releaseSubjects(facts), { name: `${id}, version ${sealed.number}`, digest: { sha256: sealed.sha256 } }],
    predicateType: PREDICATE_TYPE[kind],
    predicate: {
      [kind]: id,
      system,
      log: facts.log,
      asOf: asOf(facts),
      standing: facts.standing,
      requester: facts.requester,
      ...(release ? { release } : {}),
      sealed,
      signOffs,
      outcomes,
    },
  }
}

/** The bytes of a statement as text: RFC 8785, so that asking again for the same gives the same digest. */
export function statementText(statement: Statement): string {
  return canonicalText(statement, { depth: 16 })
}
