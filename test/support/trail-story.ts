import { createHash } from 'node:crypto'
import { canonicalText } from '@/lib/domain/canonical'

/** What a made trail consists of: canonical texts of events, and what lies beside them. Nothing in it happened to anybody. */
export type Story = {
  events: string[]
  texts: { digest: string; salt: string | null; body: string | null; redactedBy: string | null }[]
  sealed: { subject: string; subjectId: string; number: number; hash: string; canonical: string }[]
}

const sha = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Numbers from a seed, the same ones every time: 0 up to (not including) `below`. */
export function numbersFrom(seed: string): (below: number) => number {
  let at = 0
  let pool = Buffer.alloc(0)
  return (below) => {
    if (at + 4 > pool.length) {
      pool = createHash('sha256')
        .update(`${seed} ${pool.toString('hex')} ${at}`)
        .digest()
      at = 0
    }
    at += 4
    return pool.readUInt32BE(at - 4) % below
  }
}

/** The id of a made event: the same one for the same place in a story. */
export function eventId(index: number): string {
  const hex = sha(`event ${index}`)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** What an event of a story may say beyond who and when. */
export type Told = {
  action: string
  subject: { kind: string; id: string; version?: number }
  by: string
  kind?: 'person' | 'token'
  dossier?: string
  text?: string
  before?: Record<string, unknown>
  after?: Record<string, unknown>
  request?: string
}

/** A canonical event, in the form that the application writes. `at` counts seconds from the beginning of the story. */
export function storyEvent(at: number, told: Told): string {
  return canonicalText({
    v: 1,
    action: told.action,
    at: new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString(),
    actor: { kind: told.kind ?? 'person', id: told.by, countsAs: told.by, roles: [], grant: null, session: null, token: null },
    system: 'made',
    subject: { version: null, ...told.subject },
    decision: null,
    dossier: told.dossier ?? null,
    policy: sha('policy'),
    before: told.before ?? null,
    after: told.after ?? null,
    text: told.text ?? null,
    request: { id: told.request ?? `r${at}`, ip: null, agent: null },
    outcome: 'done',
    reason: null,
    count: 1,
  })
}

const PEOPLE = ['ada', 'bo', 'cy', 'dee', 'eli', 'fay'].map((name) => sha(name).slice(0, 36))

/**
 * A trail of at least `length` events in which every rule is kept: promotions opened, sealed, signed, sometimes voided or taken back, and deployed, with
 * sign-ins between them.
 */
export function makeStory(length: number, seed = 'story'): Story {
  const story: Story = { events: [], texts: [], sealed: [] }
  const pick = numbersFrom(seed)
  const tell = (told: Told) => story.events.push(storyEvent(story.events.length, told))
  const say = (body: string): string => {
    const salt = sha(`salt ${story.texts.length}`).slice(0, 32)
    const digest = sha(`${salt}\n${body}`)
    story.texts.push({ digest, salt, body, redactedBy: null })
    return digest
  }
  const person = (not: readonly string[]): string => {
    const free = PEOPLE.filter((who) => !not.includes(who))
    return free[pick(free.length)] as string
  }
  for (let number = 1; story.events.length < length; number += 1) {
    const id = `PRM-${String(number).padStart(4, '0')}`
    const opener = person([])
    const release = `1.${number}.0`
    tell({ action: 'session.opened', subject: { kind: 'session', id: sha(`session ${number}`).slice(0, 36) }, by: opener })
    tell({
      action: 'promotion.opened',
      subject: { kind: 'promotion', id },
      by: opener,
      after: { from: 'dev', to: 'prod', release, window: null },
    })
    let version = 0
    let hash = ''
    const seal = () => {
      version += 1
      const canonical = canonicalText({ v: 1, promotion: id, number: version, release, slots: [{ id: 'lead' }, { id: 'secops' }] })
      hash = sha(canonical)
      story.sealed.push({ subject: 'promotion', subjectId: id, number: version, hash, canonical })
      tell({
        action: 'promotion.sealed',
        subject: { kind: 'promotion', id, version },
        by: opener,
        dossier: hash,
        after: { slots: ['lead', 'secops'], requester: opener },
      })
    }
    let signatures = 0
    const sign = (slot: string, by: string) => {
      signatures += 1
      const signature = `SIG-${number}-${signatures}`
      tell({
        action: 'promotion.signed',
        subject: { kind: 'promotion', id, version },
        by,
        dossier: hash,
        text: say(`I sign ${id} as ${slot}.`),
        after: { signature, slot, capacity: slot, role: slot, reason: null, reasonKind: null },
      })
      return signature
    }
    seal()
    const first = person([opener])
    const taken = sign('lead', first)
    if (pick(4) === 0) {
      tell({
        action: 'sign_off.withdrawn',
        subject: { kind: 'sign_off', id: taken },
        by: first,
        dossier: hash,
        text: say('I looked again.'),
        after: { promotion: id, slot: 'lead' },
      })
      sign('lead', first)
    }
    if (pick(4) === 0) {
      tell({
        action: 'promotion.voided',
        subject: { kind: 'promotion', id, version },
        by: opener,
        dossier: hash,
        after: { moved: ['a gate'] },
      })
      seal()
      sign('lead', first)
    }
    if (pick(5) === 0) {
      tell({
        action: 'promotion.withdrawn',
        subject: { kind: 'promotion', id },
        by: opener,
        text: say('Not now.'),
        after: { status: 'withdrawn' },
      })
      continue
    }
    sign('secops', person([opener, first]))
    const deployment = `DEP-${String(number).padStart(4, '0')}`
    tell({
      action: 'deployment.started',
      subject: { kind: 'deployment', id: deployment },
      by: opener,
      kind: 'token',
      dossier: hash,
      after: { authorised: true, kind: 'deploy', profile: 'prod', promotion: id, release, reverts: null, violations: 0 },
    })
    tell({
      action: 'deployment.succeeded',
      subject: { kind: 'deployment', id: deployment },
      by: opener,
      kind: 'token',
      after: { status: 'succeeded' },
    })
    tell({
      action: 'promotion.deployed',
      subject: { kind: 'promotion', id },
      by: opener,
      kind: 'token',
      after: { deployment, status: 'deployed' },
    })
  }
  return story
}
