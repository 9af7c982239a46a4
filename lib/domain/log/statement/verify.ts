import { canonicalText, sha256Hex } from '../../canonical'
import { type CheckSignature, parseVkey } from '../note'
import { type Envelope, IN_TOTO_PAYLOAD, parseEnvelope, preAuthEncoding } from './dsse'
import { PREDICATE_TYPE, STATEMENT_TYPE } from './in-toto'
import { VSA_TYPE } from './vsa'

/** What a check of a statement came to. Exit codes of the command: good 0, tampered 1, unknown 2. */
export type StatementCheck = {
  outcome: 'good' | 'tampered' | 'unknown'
  /** What it is about, in a line for people; null when it cannot be read. */
  about: string | null
  findings: readonly string[]
  notChecked: readonly string[]
}

/** What a statement is checked with. */
export type StatementOptions = {
  check: CheckSignature
  /** Keys of the log, known from elsewhere. */
  vkeys: readonly string[]
  /** The index of the entry with a leaf hash (hex) in a trail that was verified; null where it has none. Left out: entries are not looked up. */
  indexOf?(leaf: string): number | null
}

/**
 * Checks a signed statement offline: the envelope's signature by a key of the log, that the statement is one of ours and says what its digests name, and
 * that the entries it names lie in the log. Never throws on what somebody handed in.
 */
export async function verifyStatement(text: string, { check, vkeys, indexOf }: StatementOptions): Promise<StatementCheck> {
  const envelope = parseEnvelope(text)
  const statement = envelope && readStatement(envelope)
  if (!envelope || !statement)
    return { outcome: 'unknown', about: null, findings: [], notChecked: ['This is no in-toto statement in a DSSE envelope.'] }
  const signed = await signatures(envelope, vkeys, check)
  const said = contents(statement, indexOf)
  const findings = [...signed.findings, ...said.findings]
  return {
    outcome: findings.length > 0 ? 'tampered' : signed.good ? 'good' : 'unknown',
    about: `${statement.subject.map(({ name }) => name).join(', ')} (${statement.predicateType})`,
    findings,
    notChecked: [...signed.notChecked, ...said.notChecked],
  }
}

type Read = { subject: { name: string; digest: Record<string, unknown> }[]; predicateType: string; predicate: Record<string, unknown> }

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function readStatement({ payloadType, payload }: Envelope): Read | null {
  if (payloadType !== IN_TOTO_PAYLOAD) return null
  let read: unknown
  try {
    read = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    return null
  }
  if (!isObject(read) || read._type !== STATEMENT_TYPE || typeof read.predicateType !== 'string' || !isObject(read.predicate)) return null
  const subject = (Array.isArray(read.subject) ? read.subject : []).filter(
    (each): each is Read['subject'][number] => isObject(each) && typeof each.name === 'string' && isObject(each.digest),
  )
  return subject.length === 0 ? null : { subject, predicateType: read.predicateType, predicate: read.predicate }
}

/** Good by one known key is good; wrong under the id of a known key is evidence; keys nobody knows say nothing. */
async function signatures(
  { payloadType, payload, signatures: given }: Envelope,
  vkeys: readonly string[],
  check: CheckSignature,
): Promise<{ good: boolean; findings: string[]; notChecked: string[] }> {
  const keys = vkeys.flatMap((vkey) => parseVkey(vkey) ?? []).filter(({ kind }) => kind === 'ed25519')
  const message = preAuthEncoding(payloadType, payload)
  const findings: string[] = []
  const notChecked: string[] = []
  let good = false
  for (const { keyId, bytes } of given) {
    const key = keys.find((each) => each.keyId === keyId)
    const is = key ? await check('ed25519', key.publicKey, message, bytes) : null
    if (is === null)
      notChecked.push(key ? `This runtime cannot check the signature by ${keyId}.` : `The key ${keyId} is not among those given.`)
    else if (is) good = true
    else findings.push(`The signature by ${keyId} (${key?.name}) is wrong: the statement or its signature was changed.`)
  }
  return { good, findings, notChecked }
}

const OURS: readonly string[] = Object.values(PREDICATE_TYPE)

/** What the statement holds against the digests it names. */
function contents(
  { subject, predicateType, predicate }: Read,
  indexOf: StatementOptions['indexOf'],
): { findings: string[]; notChecked: string[] } {
  if (predicateType === VSA_TYPE) return { findings: [], notChecked: [] }
  if (!OURS.includes(predicateType)) return { findings: [], notChecked: [`What ${predicateType} says is not known here.`] }
  const sealed = isObject(predicate.sealed) ? predicate.sealed : {}
  const findings: string[] = []
  const hash = hashOf(sealed.content)
  if (hash !== sealed.sha256) findings.push(`The sealed text hashes to ${hash ?? 'nothing'}, and it says ${String(sealed.sha256)}.`)
  if (!subject.some(({ digest }) => digest.sha256 === sealed.sha256)) findings.push('No subject names the hash of the sealed text.')
  const signOffs = (Array.isArray(predicate.signOffs) ? predicate.signOffs : []).filter(isObject)
  const own = signOffs.filter(({ decision, signer }) => decision === 'approve' && signer === predicate.requester)
  findings.push(...own.map(({ id }) => `${String(id)} is by the person who asked: nobody signs what they asked for.`))
  const entries = [
    { what: 'The seal', leaf: sealed.entry },
    ...signOffs.map(({ id, entry }) => ({ what: String(id), leaf: entry })),
  ].filter((each): each is { what: string; leaf: string } => typeof each.leaf === 'string')
  if (!indexOf) return { findings, notChecked: entries.length > 0 ? ['The entries it names were not looked up: no trail was given.'] : [] }
  for (const { what, leaf } of entries)
    if (indexOf(leaf) === null) findings.push(`${what} names the entry ${leaf}, which the log does not have.`)
  return { findings, notChecked: [] }
}

function hashOf(content: unknown): string | null {
  try {
    return sha256Hex(canonicalText(content, { depth: 12 }))
  } catch {
    return null
  }
}
