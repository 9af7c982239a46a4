import 'server-only'
import { db } from '@/lib/db/client'
import { whatHolds } from '@/lib/domain/holding'
import { inboxOf } from '@/lib/domain/inbox'
import type { InboxItem } from '@/lib/domain/inbox-item'
import { type PromotionFacts, promotionPhase, slotsOf, whyNotSignPromotion } from '@/lib/domain/promotion'
import type { Refusal } from '@/lib/domain/refusal'
import { getInFlight, type InFlight } from './in-flight'
import { whyNotOpenAnywhere } from './promotions-board'
import type { Looker } from './system-standing'

/** Where a hit leads; the edge turns it into an address. */
export type SearchTarget =
  | {
      to:
        | 'promotion'
        | 'signature'
        | 'deployment'
        | 'system'
        | 'promotions-new'
        | 'rotation'
        | 'incident'
        | 'fallback'
        | 'glass'
        | 'exception'
        | 'exceptions-new'
        | 'finding'
        | 'attestations'
      id: string
    }
  | { to: 'sign'; id: string; slot: string; version: number }
  | { to: 'version'; id: string; number: number }
  | { to: 'release' | 'env'; system: string; name: string }
  | { to: 'except'; system: string; profile: string; rule: string; finding: string }

/** One answer of the palette: an object, or a command with the reason where the viewer may not run it. */
export type SearchHit = { kind: string; title: string; hint?: string; target: SearchTarget; refusal?: { sentence: string } | null }

const LIMIT = 24
const ID = /^(prm|sig|dep|rot|inc|bg|exc|fnd)-?(\d{1,8})$/i
const HEX = /^[0-9a-f]{6,64}$/i

/** Objects by id, name, hash or variable, then commands valid now; only of systems the viewer may see (T23). Patterns are data, never SQL (T39). */
export async function search(looker: Looker, query: string): Promise<SearchHit[]> {
  const text = query.trim()
  if (text.length < 2) return []
  const flight = await getInFlight(looker)
  const ids = flight.standings.map(({ slug }) => slug)
  const [objects, releases] = await Promise.all([byIdOrHash(text, ids, flight), byRelease(text, ids, flight)])
  return [...objects, ...bySystem(text, flight), ...byVariable(text, flight), ...releases, ...commands(text, looker, flight)].slice(
    0,
    LIMIT,
  )
}

const named = (flight: InFlight, system: string) => flight.standings.find(({ slug }) => slug === system)?.name ?? system

async function byIdOrHash(text: string, systems: readonly string[], flight: InFlight): Promise<SearchHit[]> {
  const id = ID.exec(text)
  if (id) {
    const [, kind = '', digits = ''] = id
    return byId(`${kind.toUpperCase()}-${digits.padStart(4, '0')}`, systems, flight)
  }
  const digits = text.replaceAll(' ', '').replace(/^sha256:/i, '')
  if (!HEX.test(digits)) return []
  const prefix = `${digits.toLowerCase()}%`
  const [sealed, commits] = await Promise.all([
    db.$queryRaw<{ id: string; number: number; hash: string; systemId: string; version: string }[]>`
      SELECT p.id, s.number, s.hash, p."systemId", r.version FROM "SealedVersion" s JOIN "Promotion" p ON p.id = s."promotionId" JOIN "Release" r ON r.id = p."releaseId"
      WHERE s.subject = 'promotion' AND s.hash LIKE ${prefix} AND p."systemId" = ANY (${[...systems]}) ORDER BY s."sealedAt" DESC LIMIT 6`,
    db.$queryRaw<{ systemId: string; version: string; gitSha: string }[]>`
      SELECT "systemId", version, "gitSha" FROM "Release" WHERE "gitSha" LIKE ${prefix} AND "systemId" = ANY (${[...systems]}) ORDER BY "buildDate" DESC LIMIT 6`,
  ])
  return [
    ...sealed.map(
      (row): SearchHit => ({
        kind: 'Sealed version',
        title: `${row.id}, version ${row.number}`,
        hint: `${named(flight, row.systemId)} ${row.version}, ${row.hash.slice(0, 8)}`,
        target: { to: 'version', id: row.id, number: row.number },
      }),
    ),
    ...commits.map(
      (row): SearchHit => ({
        kind: 'Release',
        title: `${named(flight, row.systemId)} ${row.version}`,
        hint: row.gitSha.slice(0, 7),
        target: { to: 'release', system: row.systemId, name: row.version },
      }),
    ),
  ]
}

async function byId(id: string, systems: readonly string[], flight: InFlight): Promise<SearchHit[]> {
  const where = { systemId: { in: [...systems] } }
  if (id.startsWith('PRM')) {
    const row = await db.promotion.findFirst({
      where: { id, ...where },
      select: { systemId: true, toKey: true, release: { select: { version: true } } },
    })
    return row
      ? [
          {
            kind: 'Promotion',
            title: id,
            hint: `${named(flight, row.systemId)} ${row.release.version} to ${row.toKey}`,
            target: { to: 'promotion', id },
          },
        ]
      : []
  }
  if (id.startsWith('SIG')) {
    const row = await db.signOff.findFirst({
      where: { id, sealedVersion: where },
      select: { capacity: true, sealedVersion: { select: { subjectId: true } } },
    })
    return row
      ? [{ kind: 'Signature', title: id, hint: `${row.capacity}, ${row.sealedVersion.subjectId}`, target: { to: 'signature', id } }]
      : []
  }
  if (id.startsWith('ROT')) {
    const row = await db.rotation.findFirst({ where: { id, ...where }, select: { systemId: true, profileKey: true, status: true } })
    const hint = row && `${named(flight, row.systemId)} ${row.profileKey}, ${row.status.replace('_', ' ')}`
    return row ? [{ kind: 'Rotation', title: id, hint: hint ?? undefined, target: { to: 'rotation', id } }] : []
  }
  if (id.startsWith('INC')) {
    const row = await db.incident.findFirst({ where: { id, ...where }, select: { systemId: true, title: true } })
    return row
      ? [{ kind: 'Incident', title: id, hint: `${named(flight, row.systemId)}, ${row.title}`, target: { to: 'incident', id } }]
      : []
  }
  if (id.startsWith('EXC')) {
    const row = await db.driftException.findFirst({ where: { id, ...where }, select: { systemId: true, profileKey: true, observed: true } })
    const hint = row && `${named(flight, row.systemId)} ${row.profileKey}, ${row.observed}`
    return row ? [{ kind: 'Exception', title: id, hint: hint ?? undefined, target: { to: 'exception', id } }] : []
  }
  if (id.startsWith('FND')) {
    const row = await db.finding.findFirst({ where: { id, ...where }, select: { systemId: true, profileKey: true, title: true } })
    const hint = row && `${named(flight, row.systemId)}${row.profileKey ? ` ${row.profileKey}` : ''}, ${row.title}`
    return row ? [{ kind: 'Finding', title: id, hint: hint ?? undefined, target: { to: 'finding', id } }] : []
  }
  if (id.startsWith('BG')) {
    const row = await db.fallbackUse.findFirst({ where: { id, ...where }, select: { systemId: true, profileKey: true } })
    return row
      ? [{ kind: 'Break-glass', title: id, hint: `${named(flight, row.systemId)} ${row.profileKey}`, target: { to: 'fallback', id } }]
      : []
  }
  const row = await db.deployment.findFirst({
    where: { id, ...where },
    select: { systemId: true, profileKey: true, release: { select: { version: true } } },
  })
  return row
    ? [
        {
          kind: 'Deployment',
          title: id,
          hint: `${named(flight, row.systemId)} ${row.release.version} on ${row.profileKey}`,
          target: { to: 'deployment', id },
        },
      ]
    : []
}

const holds = (words: string, text: string) =>
  text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => words.toLowerCase().includes(word))

function bySystem(text: string, flight: InFlight): SearchHit[] {
  return flight.standings
    .filter(({ name, slug }) => holds(`${name} ${slug}`, text))
    .map(({ name, slug, description }) => ({
      kind: 'System',
      title: name,
      hint: description.slice(0, 60),
      target: { to: 'system', id: slug },
    }))
}

function byVariable(text: string, flight: InFlight): SearchHit[] {
  if (text.length < 3) return []
  return flight.standings
    .flatMap(({ slug, name, version }) =>
      version.policy.variables
        .filter((variable) => variable.name.toLowerCase().includes(text.toLowerCase()))
        .map(
          (variable): SearchHit => ({
            kind: 'Variable',
            title: variable.name,
            hint: name,
            target: { to: 'env', system: slug, name: variable.name },
          }),
        ),
    )
    .slice(0, 8)
}

async function byRelease(text: string, systems: readonly string[], flight: InFlight): Promise<SearchHit[]> {
  if (ID.test(text)) return []
  const words = text.split(/\s+/)
  // "robodj 2.14" names a system and part of a version: the last word is looked for in versions, the others in names.
  const last = (words.at(-1) ?? text).replace(/[\\%_]/g, '\\$&') // a pattern's signs are looked for as they are
  const within =
    words.length > 1
      ? flight.standings.filter(({ name, slug }) => holds(`${name} ${slug}`, words.slice(0, -1).join(' '))).map(({ slug }) => slug)
      : systems
  const rows = await db.release.findMany({
    where: { systemId: { in: [...within] }, version: { contains: last, mode: 'insensitive' } },
    orderBy: [{ buildDate: 'desc' }, { id: 'asc' }],
    take: 6,
    select: { systemId: true, version: true, promotions: { where: { status: 'open' }, select: { id: true, toKey: true } } },
  })
  return rows.flatMap((row): SearchHit[] => [
    ...row.promotions.map(
      (open): SearchHit => ({
        kind: 'Promotion',
        title: `${named(flight, row.systemId)} ${row.version} to ${open.toKey}`,
        hint: open.id,
        target: { to: 'promotion', id: open.id },
      }),
    ),
    {
      kind: 'Release',
      title: `${named(flight, row.systemId)} ${row.version}`,
      target: { to: 'release', system: row.systemId, name: row.version },
    },
  ])
}

/** Where one's own item is done: the page of what it is about. */
function targetOf({ promotion, deployment, about, system }: InboxItem): SearchTarget {
  if (promotion) return { to: 'promotion', id: promotion }
  if (deployment) return { to: 'deployment', id: deployment }
  if (about?.kind === 'rotation' || about?.kind === 'fallback' || about?.kind === 'exception' || about?.kind === 'finding')
    return { to: about.kind, id: about.id }
  if (about?.kind === 'attestation') return { to: 'attestations', id: system.id }
  return { to: 'env', system: system.id, name: '' }
}

function commands(text: string, looker: Looker, flight: InFlight): SearchHit[] {
  const items = inboxOf(looker.actor, flight, looker.now)
  const own = items
    .filter((item) => item.kind !== 'sign' && holds(`${item.title} ${item.promotion ?? ''}`, text))
    .map(
      (item): SearchHit => ({
        kind: 'Needs you',
        title: item.title,
        hint: item.promotion ?? item.deployment ?? item.about?.id,
        target: targetOf(item),
      }),
    )
  const signing = flight.promotions
    .filter((facts) => facts.sealed && promotionPhase(facts, looker.now) === 'signing')
    .map((facts) => signCommand(facts, looker, flight))
    .filter((hit) => holds(`${hit.title} ${hit.hint ?? ''}`, text))
  const open: SearchHit[] = holds('Start a promotion open new', text)
    ? [
        {
          kind: 'Command',
          title: 'Start a promotion',
          target: { to: 'promotions-new', id: '' },
          refusal: plain(whyNotOpenAnywhere(flight.standings, looker)),
        },
      ]
    : []
  // Nothing governed happens here: the command leads to the page that asks for everything (ux.md section 14).
  const glass: SearchHit[] = holds('Break glass emergency', text)
    ? [{ kind: 'Command', title: 'Break glass', hint: 'opens its page', target: { to: 'glass', id: '' } }]
    : []
  const file: SearchHit[] = holds('File a drift exception', text)
    ? [{ kind: 'Command', title: 'File a drift exception', hint: 'opens its page', target: { to: 'exceptions-new', id: '' } }]
    : []
  const except = flight.drift.findings.flatMap(({ id, kind, profile, system, rule, title, exception }): SearchHit[] =>
    exception || profile === null || kind === 'conflict'
      ? []
      : [
          {
            kind: 'Command',
            title: `File exception for ${title} in ${named(flight, system)} ${profile}`,
            hint: id,
            target: { to: 'except', system, profile, rule, finding: id },
          },
        ],
  )
  return [...signing, ...own, ...open, ...glass, ...file, ...except.filter((hit) => holds(`${hit.title} ${hit.hint ?? ''}`, text))]
}

function signCommand(facts: PromotionFacts, { actor, now }: Looker, flight: InFlight): SearchHit {
  const sealed = facts.sealed as NonNullable<PromotionFacts['sealed']> // only those in signing come here
  const refusals = slotsOf(facts.edge).map((slot) => ({ slot, why: whyNotSignPromotion(facts, slot.key, actor, sealed.hash, now) }))
  const free = refusals.find(({ why }) => why === null)
  const nearest =
    refusals.find(({ why }) => why?.code !== 'not_allowed' && why?.code !== 'conflict') ??
    refusals.find(({ slot }) => facts.signOffs.some(({ slotKey, signerId }) => slotKey === slot.key && signerId === actor.id)) ??
    refusals[0]
  const slot = free?.slot ?? nearest?.slot
  return {
    kind: 'Command',
    title: `Sign ${facts.id}, ${facts.system.name} ${facts.release.version}`,
    hint: free ? `as ${slot?.title}` : whatHolds(facts, flight.people, now).words,
    target: { to: 'sign', id: facts.id, slot: slot?.key ?? '', version: sealed.number },
    refusal: free ? null : plain(nearest?.why ?? null),
  }
}

const plain = (why: Refusal | null) => why && { sentence: why.sentence }
