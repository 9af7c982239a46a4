import type { AuditValue } from '../../audit-event'
import type { RecordedEvent } from '../../recorded-event'
import { Findings, numbered } from './findings'
import { Deployments } from './rules-deployments'
import { type Subject, whyNotWhole } from './rules-subject'

type Seen = { event: RecordedEvent; index: number }

const asText = (value: AuditValue | undefined): string | null => (typeof value === 'string' ? value : null)
const asList = (value: AuditValue | undefined): readonly string[] | null => (Array.isArray(value) ? (value as readonly string[]) : null)

/**
 * Replays the rules from the events alone (audit-log.md, 6): no sign-off by whoever asked, none on another hash than the one sealed and standing, none
 * after its end, one a slot and one a person; nothing in force and nothing deployed as authorised without every signature its seal names. A defect or an
 * insider who wrote the tables past the application would have to leave an event that says otherwise.
 */
export class Rules {
  readonly findings: Findings
  readonly #subjects = new Map<string, Subject>()
  readonly #deployments: Deployments
  /** Checks that wait for the rest of their transaction: the last signature and what follows from it are recorded together. */
  readonly #waiting = new Map<string, { act: string; run: () => void }>()

  constructor(findings: Findings = new Findings()) {
    this.findings = findings
    this.#deployments = new Deployments((index, says) => this.#bad(index, says))
  }

  /** Takes the next event of the trail. */
  see(event: RecordedEvent, index: number): void {
    if (event.outcome !== 'done') return
    const at = event.action.indexOf('.')
    const [kind, verb] = [event.action.slice(0, at), event.action.slice(at + 1)]
    if (kind === 'promotion' || kind === 'rotation' || kind === 'fallback' || kind === 'exception')
      this.#decide(kind, verb, { event, index })
    else if (kind === 'sign_off') this.#withdraw({ event, index })
    else if (event.action === 'release_notes.sealed') this.#effect('promotion', { event, index }, 'its release notes were sealed')
    else if (kind === 'deployment')
      this.#deployments.see(verb, event, index, this.#subjects.get(`promotion ${asText(event.after?.promotion)}`))
  }

  /** Checks what still waits at the end of the trail. */
  finish(): void {
    for (const { run } of this.#waiting.values()) run()
    this.#waiting.clear()
  }

  #bad(index: number, says: string): void {
    this.findings.add('rule', index, () => ({ says: `${numbered(index)}: ${says}.` }))
  }

  #subjectOf(kind: string, id: string, { event }: Seen): Subject {
    const key = `${kind} ${id}`
    let subject = this.#subjects.get(key)
    if (!subject) {
      subject = { id, requester: null, ended: null, live: null, past: [], release: null, to: null, system: event.system }
      this.#subjects.set(key, subject)
    }
    const waiting = this.#waiting.get(key)
    if (waiting && waiting.act !== actOf(event)) {
      this.#waiting.delete(key)
      waiting.run()
    }
    return subject
  }

  #decide(kind: string, verb: string, seen: Seen): void {
    const { event } = seen
    const subject = this.#subjectOf(kind, event.subject.id, seen)
    switch (verb) {
      case 'opened':
        if (kind === 'fallback') return this.#open(subject, seen)
        subject.requester = event.actor.countsAs
        subject.release = event.after?.release ?? null
        subject.to = event.after?.to ?? null
        if (kind === 'promotion') this.#deployments.guard(event)
        return
      case 'sealed':
      case 'planned':
        return this.#seal(subject, subject.requester, seen)
      case 'requested':
      case 'filed':
        subject.requester = event.actor.countsAs
        return this.#seal(subject, event.actor.countsAs, seen)
      case 'extension_asked':
        return this.#seal(subject, event.actor.countsAs, seen)
      case 'signed':
      case 'approved':
      case 'declined':
        return this.#sign(subject, seen, verb === 'declined')
      case 'voided':
        if (subject.live?.number === event.subject.version) end(subject, 'voided')
        return
      case 'extension_withdrawn':
        return end(subject, 'withdrawn')
      case 'took_effect':
      case 'extended':
        return this.#effect(kind, seen, 'it was put in force')
      case 'started':
        this.#whole(subject, seen.index, event.dossier, 'it was started')
        return end(subject, 'over once it had started')
      case 'deployed':
      case 'failed':
        if (kind === 'promotion') this.#deployments.ended(event, seen.index)
        return close(subject, verb)
      case 'withdrawn':
      case 'superseded':
      case 'cancelled':
      case 'returned':
      case 'closed':
      case 'completed':
        return close(subject, verb)
      default:
    }
  }

  #seal(subject: Subject, requester: string | null, { event, index }: Seen): void {
    if (subject.ended) this.#bad(index, `${subject.id} was sealed again after it was ${subject.ended}`)
    if (event.dossier === null) return this.#bad(index, `${subject.id} was sealed without a hash`)
    end(subject, 'replaced')
    const named = asText(event.after?.requester)
    if (named !== null && requester !== null && named !== requester)
      this.#bad(index, `${subject.id} was sealed for another requester than the one who opened it`)
    subject.live = {
      number: event.subject.version,
      hash: event.dossier,
      index,
      slots: asList(event.after?.slots),
      requester: requester ?? named,
      ended: null,
      signed: [],
    }
  }

  #sign(subject: Subject, { event, index }: Seen, isDecline: boolean): void {
    const what = `${asText(event.after?.signature) ?? 'a signature'} on ${subject.id}`
    const { live } = subject
    if (!live || live.hash !== event.dossier || live.number !== event.subject.version) {
      const past = subject.past.find(({ hash }) => hash === event.dossier)
      const standing = live ? `, while ${live.hash.slice(0, 8)} stood` : ''
      return this.#bad(
        index,
        past
          ? `${what} is on version ${past.number}, which was ${past.ended}${standing}`
          : `${what} is on the hash ${event.dossier?.slice(0, 8) ?? 'of nothing'}, which was not sealed${standing}`,
      )
    }
    const slot = asText(event.after?.slot) ?? ''
    const who = event.actor.countsAs
    if (event.actor.kind !== 'person') this.#bad(index, `${what} is not by a person`)
    if (live.requester !== null && who === live.requester) this.#bad(index, `${what} is by whoever asked for it`)
    if (live.slots && !live.slots.includes(slot)) this.#bad(index, `${what} is in the slot ${slot}, which its seal does not name`)
    if (live.signed.some((other) => other.slot === slot)) this.#bad(index, `${what} is the second in the slot ${slot}`)
    if (live.signed.some((other) => other.who === who)) this.#bad(index, `${what} is the second by one person`)
    if (isDecline) end(subject, 'declined')
    else live.signed.push({ slot, signature: asText(event.after?.signature) ?? '', who })
  }

  #withdraw(seen: Seen): void {
    const { event, index } = seen
    const kind = ['promotion', 'rotation', 'fallback', 'exception'].find((each) => asText(event.after?.[each]) !== null)
    if (!kind) return
    const subject = this.#subjectOf(kind, asText(event.after?.[kind]) as string, seen)
    const standing = subject.live?.signed.find(({ signature }) => signature === event.subject.id)
    if (!standing || !subject.live) return this.#bad(index, `the signature ${event.subject.id} was withdrawn, but it did not stand`)
    if (standing.who !== event.actor.countsAs) this.#bad(index, `the signature ${event.subject.id} was withdrawn by somebody else`)
    subject.live.signed = subject.live.signed.filter((other) => other !== standing)
  }

  #open(subject: Subject, seen: Seen): void {
    if (seen.event.after?.ownRequest !== true) return this.#effect('fallback', seen, 'it was opened')
    if (subject.requester !== null && seen.event.actor.countsAs !== subject.requester)
      this.#bad(seen.index, `${subject.id} was opened on its own request by somebody who had not asked`)
  }

  #effect(kind: string, seen: Seen, what: string): void {
    const { event, index } = seen
    const subject = this.#subjectOf(kind, event.subject.id, seen)
    const hash = event.dossier
    this.#waiting.set(`${kind} ${event.subject.id}`, { act: actOf(event), run: () => this.#whole(subject, index, hash, what) })
  }

  #whole(subject: Subject, index: number, hash: string | null, what: string): void {
    const missing = whyNotWhole(subject, hash)
    if (missing) this.#bad(index, `${subject.id}: ${what}, but ${missing}`)
  }
}

/** The acts of one transaction share their request and their instant. */
const actOf = (event: RecordedEvent): string => `${event.request.id} ${event.at}`

function end(subject: Subject, how: string): void {
  if (!subject.live) return
  subject.past.push({ ...subject.live, ended: how })
  subject.live = null
}

/** Ends a subject for good. What is kept of it is small: a trail may tell of a hundred thousand. */
function close(subject: Subject, how: string): void {
  end(subject, how)
  subject.ended = how
  for (const version of subject.past) version.signed = []
}
