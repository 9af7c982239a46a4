import type { RecordedEvent } from '../../recorded-event'
import { type Subject, whyNotWhole } from './rules-subject'

type Known = { place: string; release: string; authorised: boolean; succeeded: boolean; promotion: string | null }

/** Replays deployments: none called authorised that was not (domain.md: unauthorised; requirement 000.24). */
export class Deployments {
  readonly #say: (index: number, says: string) => void
  readonly #known = new Map<string, Known>()
  /** How many authorised deployments of a release a profile saw, by `system profile release`. */
  readonly #authorised = new Map<string, Set<string>>()
  /** Profiles that a policy guards: a promotion was once opened to them under it. */
  readonly #guarded = new Set<string>()

  constructor(say: (index: number, says: string) => void) {
    this.#say = say
  }

  /** Remembers that a policy leads promotions to a profile. */
  guard(event: RecordedEvent): void {
    this.#guarded.add(`${event.system} ${event.after?.to} ${event.policy}`)
  }

  /** Takes an event of a deployment; `promotion` is the one that it names, as it stood then. */
  see(verb: string, event: RecordedEvent, index: number, promotion: Subject | undefined): void {
    if (verb === 'started') return this.#start(event, index, promotion)
    const known = this.#known.get(event.subject.id)
    if (known) known.succeeded = verb === 'succeeded'
  }

  /** A promotion that ended with a deployment: it has to be one that was authorised by it. */
  ended(event: RecordedEvent, index: number): void {
    const id = String(event.after?.deployment)
    const known = this.#known.get(id)
    if (!known?.authorised || known.promotion !== event.subject.id)
      this.#say(index, `${event.subject.id} ended with ${id}, which it had not authorised`)
  }

  #start(event: RecordedEvent, index: number, promotion: Subject | undefined): void {
    const { id } = event.subject
    const after = event.after ?? {}
    const place = `${event.system} ${after.profile}`
    const release = `${place} ${after.release}`
    const authorised = after.authorised === true
    if (authorised) {
      const why = this.#whyNot(event, place, release, promotion)
      if (why) this.#say(index, `${id} was called authorised, but ${why}`)
    }
    const named = typeof after.promotion === 'string' ? after.promotion : null
    this.#known.set(id, { place, release, authorised, succeeded: false, promotion: named })
    if (authorised) this.#authorised.set(release, (this.#authorised.get(release) ?? new Set()).add(id))
  }

  #whyNot(event: RecordedEvent, place: string, release: string, promotion: Subject | undefined): string | null {
    const { kind, promotion: named, reverts } = event.after ?? {}
    const before = this.#authorised.get(release)
    if (kind === 'rollback') {
      if (this.#known.get(String(reverts))?.place !== place) return `${reverts} did not run there`
      return [...(before ?? [])].some((id) => id !== reverts) ? null : 'what it goes back to never ran there with authority'
    }
    if (kind === 'redeploy')
      return [...(before ?? [])].some((id) => this.#known.get(id)?.succeeded) ? null : 'that release did not run there with authority'
    if (typeof named !== 'string')
      return this.#guarded.has(`${place} ${event.policy}`) ? 'it names no promotion, and its policy asks for one there' : null
    if (!promotion || promotion.requester === null) return `${named} was never opened`
    if (promotion.ended) return `${named} was ${promotion.ended}`
    if (promotion.system !== event.system || promotion.release !== event.after?.release || promotion.to !== event.after?.profile)
      return `${named} is about another release or profile`
    return whyNotWhole(promotion, event.dossier)
  }
}
