import type { Refusal } from '@/lib/domain/refusal'
import type { RotationFacts, RotationStep } from '@/lib/domain/rotation'

/** What the screens of a rotation draw: plain shapes, made by the queries beside this file. */

/** A key that a step brings: for which secret, which one it replaces, and a suggestion for its id. */
export type AskedKey = { mapping: string; variable: string; old: string | null; suggestion: string }

/** One step of a rotation on the screen: what is planned and recorded, and what the viewer may say of it now. */
export type StepView = RotationStep & {
  /** Its place among the steps, or among those of the rollback. */
  no: string
  /** The step it refers to, by its place here, its words, and the number that the document has for it (003.15). */
  about: { id: string; words: string } | null
  /** It is the one that is open. */
  isNow: boolean
  /** Since when it is: when the one before it was recorded. */
  since: Date | null
  /** Words of the button that records it: they name what is so afterwards. */
  doneWords: string
  newKeys: AskedKey[]
  whyNot: { done: Refusal | null; failed: Refusal | null; not_applicable: Refusal | null }
}

/** One box of the picture of keys: a variable, the key in it, and words. `goes` says where the key goes, where no arrow can. */
export type KeyShiftBox = {
  key: string
  variable: string
  keyId: string | null
  words: string
  since: Date | null
  tone: 'plain' | 'new' | 'retired'
  goes: string | null
}

/** The picture of keys. `shifts`: the primary moves to the second slot; otherwise each key is replaced in its own place. */
export type KeyShiftView = {
  shifts: boolean
  label: string
  heads: { now: string; after: string }
  now: KeyShiftBox[]
  after: KeyShiftBox[]
  retired: KeyShiftBox[]
}

/** A member of what is rotated together, with the id of the key it holds before and the one it gets (null until somebody says it). */
export type ShiftMember = { mapping: string; variable: string; before: { keyId: string; bornAt: Date } | null; next: string | null }

/** How far a rotation is, for the tenses of the picture. */
export type ShiftMoment = 'ahead' | 'rotated' | 'undoing' | 'retired' | 'undone'

const HEADS: Record<ShiftMoment, KeyShiftView['heads']> = {
  ahead: { now: 'Now', after: 'After this rotation' },
  rotated: { now: 'Before', after: 'Now' },
  undoing: { now: 'Before, to be put back', after: 'Now, to be taken back' },
  retired: { now: 'Before', after: 'After this rotation' },
  undone: { now: 'Before, and again now', after: 'What it would have been' },
}

/** The picture of a rotation by its method: the pair shifts, everything else is replaced where it is (domain.md: methods). */
export function keyShiftOf(method: string, members: readonly ShiftMember[], moment: ShiftMoment): KeyShiftView {
  const shifts = method === 'shift-pair' && members.length === 2
  const gone = moment === 'retired' ? 'with proof' : moment === 'undone' || moment === 'undoing' ? 'stays in use' : 'after verification'
  const now = members.map((member, row): KeyShiftBox => {
    const next = members[row + 1]
    return {
      key: `now ${member.mapping}`,
      variable: member.variable,
      keyId: member.before?.keyId ?? null,
      words: member.before ? 'since' : '',
      since: member.before?.bornAt ?? null,
      tone: 'plain',
      goes: shifts ? (next ? `moves to ${next.variable}` : 'is retired') : 'is replaced, then retired',
    }
  })
  const after = members.map((member, row): KeyShiftBox => {
    const moved = shifts && row > 0
    const from = moved ? members[row - 1] : undefined
    return {
      key: `after ${member.mapping}`,
      variable: member.variable,
      keyId: moved ? (from?.before?.keyId ?? null) : (member.next ?? 'A new key'),
      words: moved
        ? 'stays readable as the second key'
        : `${member.next ? 'new, ' : ''}${shifts ? 'primary from now on' : (NEW_WORDS[method] ?? 'in use from now on')}`,
      since: null,
      tone: moved ? 'plain' : 'new',
      goes: null,
    }
  })
  const leaving = shifts ? members.slice(-1) : members
  const retired = leaving.map(
    (member): KeyShiftBox => ({
      key: `retired ${member.mapping}`,
      variable: moment === 'undone' || moment === 'undoing' ? 'not retired' : 'retired',
      keyId: member.before?.keyId ?? null,
      words: gone,
      since: null,
      tone: 'retired',
      goes: null,
    }),
  )
  return { shifts, label: labelOf(shifts, now, after, retired), heads: HEADS[moment], now, after, retired }
}

const NEW_WORDS: Record<string, string> = {
  kid: 'signs from now on',
  'dual-credentials': 'both stay valid',
}

function labelOf(shifts: boolean, now: readonly KeyShiftBox[], after: readonly KeyShiftBox[], retired: readonly KeyShiftBox[]): string {
  const said = (box: KeyShiftBox | undefined) => box?.keyId ?? 'the key'
  return shifts
    ? `${said(now[0])} moves to ${after[1]?.variable}, ${said(after[0])} becomes primary, ${said(retired[0])} is retired`
    : now.map((box, row) => `${said(after[row])} takes the place of ${said(box)} in ${box.variable}`).join('; ')
}

/** The id a next key will likely have: k7 gives k8, 2026-05 gives nothing. A suggestion that can be overwritten, never recorded by itself. */
export function nextKeyId(keyId: string | null | undefined): string {
  const found = keyId?.match(/^([A-Za-z][A-Za-z_-]*)(\d{1,6})$/)
  return found?.[1] && found[2] ? `${found[1]}${String(Number(found[2]) + 1).padStart(found[2].length, '0')}` : ''
}

/** What is so once a step is recorded, for its button: by what it brings about and what proves it. `retired`: the id of the key that goes. */
export function doneWordsOf(
  step: Pick<RotationStep, 'records' | 'captures' | 'evidence' | 'command' | 'phase'>,
  retired: string | null,
): string {
  if (step.records === 'new-key') return 'Done, the new key is in the store'
  if (step.records === 'old-key-retired') return `Done, ${retired ?? 'the old key'} is retired`
  if (step.captures) return 'Done, the reference is recorded'
  if (step.evidence === 'command-result' && !step.command) return 'Done, it worked'
  return EVIDENCE_WORDS[step.evidence] ?? 'Done'
}

const EVIDENCE_WORDS: Record<string, string> = {
  'command-result': 'Done, it ran without an error',
  'log-entry': 'Done, the log says so',
  record: 'Done, it is written down',
  attestation: 'Done, I have seen to it',
  observation: 'Done, I saw it',
  'document-update': 'Done, the document says so',
  'smoke-test': 'Done, the test passed',
  drill: 'Done, the drill worked',
}

/** The title of a rotation: "Rotate the RoboDJ prod key pair". */
export function rotationTitle(facts: Pick<RotationFacts, 'system' | 'profile' | 'title' | 'method' | 'ownership'>): string {
  return `Rotate the ${facts.system.name} ${facts.profile.id} ${whatWords(facts)}`
}

/** "key pair", "signing keys", or the variables: what is rotated, within a sentence. */
export function whatWords({ title, method, ownership }: Pick<RotationFacts, 'title' | 'method' | 'ownership'>): string {
  if (method === 'shift-pair') return 'key pair'
  if (title.length > 60) return `secrets of ${ownership.id}`
  return /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title
}
