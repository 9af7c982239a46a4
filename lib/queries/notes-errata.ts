import 'server-only'
import { db } from '@/lib/db/client'
import { loadExceptionsDuring } from '@/lib/db/load-exceptions'
import { loadFallbackAftermath, loadNotesEvents } from '@/lib/db/load-notes-facts'
import { namedSelect, toNamed } from '@/lib/db/named'
import { readLog } from '@/lib/db/read-log'
import { exceptionAddenda, notesException, wholeSentence } from '@/lib/domain/notes-exceptions'
import type { PromotionFacts } from '@/lib/domain/promotion'
import { fallbackLine, type NotesAddendum, type ReleaseNotes, rotationLine } from '@/lib/domain/release-notes'
import { instantInWords } from '@/lib/domain/words'
import { loadSealedWords } from './sealed-words'

const FELL: Record<string, string> = {
  voided: 'what it was decided on moved',
  declined: 'a signer declined',
  withdrawn: 'a signature or the promotion was withdrawn',
  replaced: 'a newer version took its place',
}

/**
 * Versions of the notes that were sealed and fell, and the signatures on them that were taken back: whoever holds a copy of one learns it here. Two
 * statements.
 */
async function loadFallen(promotion: string): Promise<NotesAddendum[]> {
  const [versions, signOffs] = await Promise.all([
    db.sealedVersion.findMany({
      where: { subject: 'release_notes', subjectId: promotion, endedAt: { not: null } },
      orderBy: { number: 'asc' },
      take: 50,
      select: { number: true, sealedAt: true, endedAt: true, endedBy: true },
    }),
    db.signOff.findMany({
      where: { sealedVersion: { subject: 'promotion', promotionId: promotion }, decision: 'approve', withdrawnAt: { not: null } },
      orderBy: { withdrawnAt: 'asc' },
      take: 50,
      select: { id: true, capacity: true, signedAt: true, withdrawnAt: true, signer: namedSelect },
    }),
  ])
  const first = versions[0]?.sealedAt
  // Before anything was sealed a signature that was taken back is a fact of the dossier, not of these notes.
  const taken = signOffs.filter(({ withdrawnAt }) => first !== undefined && withdrawnAt !== null && withdrawnAt >= first)
  return [
    ...taken.map(({ id, capacity, signedAt, withdrawnAt, signer }) => ({
      at: withdrawnAt as Date, // asked for above
      sentence: `${id}, the signature of ${toNamed(signer).name} as ${capacity} of ${instantInWords(signedAt)}, was withdrawn.`,
    })),
    ...versions.map(({ number, sealedAt, endedAt, endedBy }) => ({
      at: endedAt as Date, // asked for above
      sentence: `Version ${number} of these notes, sealed ${instantInWords(sealedAt)}, stands no longer: ${FELL[endedBy ?? ''] ?? 'it ended'}.`,
    })),
  ]
}

/** Words that the notes hold by their digests and that were taken off the record since, each with the entry that did it. Nothing is asked where all are there. */
async function loadRedactions({ exceptions, emergency, signatures }: ReleaseNotes): Promise<NotesAddendum[]> {
  const signed = await db.signOff.findMany({
    where: { id: { in: signatures.map(({ id }) => id) } },
    select: { id: true, statement: true },
  })
  const held = new Map<string, string>([
    ...signed.map(({ id, statement }): [string, string] => [statement, `The statement of ${id}`]),
    ...exceptions.flatMap(({ id, reason, remediation }): [string, string][] => [
      [reason, `Why ${id} was needed`],
      [remediation, `The remediation path of ${id}`],
    ]),
    ...(emergency?.reason ? ([[emergency.reason, 'Why gates were skipped']] as const) : []),
  ])
  if (held.size === 0) return []
  const gone = await db.auditText.findMany({
    where: { digest: { in: [...held.keys()] }, redactedByEvent: { not: null } },
    select: { digest: true, redactedByEvent: true },
  })
  if (gone.length === 0) return []
  const events = await readLog(
    (tx) => tx.$queryRaw<{ id: string; at: Date }[]>`
      SELECT id::text, recorded_at AS at FROM audit.trail WHERE id = ANY (${gone.map(({ redactedByEvent }) => redactedByEvent)}::uuid[])`,
  )
  return gone.flatMap(({ digest, redactedByEvent }) => {
    const event = events.find(({ id }) => id === redactedByEvent)
    const words = `${held.get(digest)} was taken off the record; its digest stays, and the seal holds.`
    return event ? [{ at: event.at, sentence: words }] : []
  })
}

/**
 * What became known after the seal, dated, outside its hash: renewed evidence, deployments, what else was put there without authority, what happened to
 * the secrets of the profile and to exceptions on it while the release was live there, what was said of an emergency afterwards, signatures that were taken
 * back, versions of the notes that fell, and words that were taken off the record.
 */
export async function loadAddenda(facts: PromotionFacts, notes: ReleaseNotes, since: Date | null, now: Date): Promise<NotesAddendum[]> {
  const fallen = await loadFallen(facts.id)
  if (!since) return fallen
  const [evidence, deployments] = await Promise.all([
    db.evidence.findMany({
      where: {
        releaseId: facts.release.id,
        profileKey: facts.edge.to,
        gateKey: { in: notes.gates.map(({ id }) => id) },
        recordedAt: { gt: since },
      },
      orderBy: { recordedAt: 'asc' },
      take: 100,
      select: { gateKey: true, verdict: true, recordedAt: true, broughtBy: namedSelect },
    }),
    db.deployment.findMany({
      where: { systemId: facts.system.id, profileKey: facts.edge.to, startedAt: { gt: since } },
      orderBy: [{ startedAt: 'asc' }, { id: 'asc' }],
      take: 100,
      include: { release: { select: { version: true } } },
    }),
  ])
  // What follows is told until another release takes over with authority; from there on it is that one's story.
  const own = deployments.findIndex(({ releaseId }) => releaseId === facts.release.id)
  const next = deployments.findIndex(
    (each, index) => own !== -1 && index > own && each.authorised && each.status !== 'failed' && each.releaseId !== facts.release.id,
  )
  const told = next === -1 ? deployments : deployments.slice(0, next + 1)
  const until = deployments[next]?.startedAt ?? now
  const scope = { systemId: facts.system.id, profileKey: facts.edge.to, from: since, until }
  const [events, aftermath] = await Promise.all([
    loadNotesEvents(db, { ...scope, policy: facts.policy.policy }),
    loadFallbackAftermath(db, scope),
  ])
  const exceptions = events.exceptions.map((exception) => notesException(exception, until))
  const words = await loadSealedWords(exceptions)
  const day = (iso: string) => instantInWords(new Date(iso))
  const isNew = (iso: string) => new Date(iso) > since
  return [
    ...fallen,
    ...(await loadRedactions(notes)),
    ...events.fallbacks.filter(({ from }) => isNew(from)).map((use) => ({ at: new Date(use.from), sentence: fallbackLine(use, day) })),
    ...events.rotations
      .filter(({ at }) => isNew(at))
      .map((rotation) => ({ at: new Date(rotation.at), sentence: rotationLine(rotation, day) })),
    ...aftermath,
    ...exceptionAddenda(events.exceptions, { from: since, until }, words),
    ...(facts.emergency?.reviews ?? []).map(({ slotKey, finding, by, at }) => ({
      at,
      sentence: `Reviewed after the emergency by ${by.name} as ${facts.emergency?.ordinary.find(({ key }) => key === slotKey)?.title ?? slotKey}: ${finding === 'concern' ? 'a concern' : 'accepted'}.`,
    })),
    ...evidence.map(({ gateKey, verdict, recordedAt, broughtBy }) => ({
      at: recordedAt,
      sentence: `${notes.gates.find(({ id }) => id === gateKey)?.title ?? gateKey}: evidence brought again by ${toNamed(broughtBy).name}, ${verdict === 'pass' ? 'passed' : 'failed'}.`,
    })),
    ...told.flatMap((each) => {
      const what = `${each.id}: ${each.release.version} ${each.kind === 'rollback' ? 'put back on' : 'deployed to'} ${each.profileKey}`
      const started = {
        at: each.startedAt,
        sentence: `${what}${each.authorised ? '' : ` without authority. ${each.reasons.join(' ')}`}`.replace(/\.?$/, '.'),
      }
      const ended =
        each.finishedAt && each.status !== 'started'
          ? [
              {
                at: each.finishedAt,
                sentence: `${each.id} ${each.status === 'failed' ? `failed (${each.failureClass?.replaceAll('-', ' ') ?? 'no reason noted'})` : 'succeeded'}.`,
              },
            ]
          : []
      return [started, ...ended]
    }),
  ].toSorted((a, b) => a.at.getTime() - b.at.getTime())
}

/** Exceptions that were open on a profile while a release ran there that nobody had promoted: there is no dossier that could list them (000.32). */
export async function loadUnpromotedAddenda(
  { systemId, profileKey, releaseId, from }: { systemId: string; profileKey: string; releaseId: string; from: Date },
  now: Date,
): Promise<NotesAddendum[]> {
  const next = await db.deployment.findFirst({
    where: { systemId, profileKey, startedAt: { gt: from }, NOT: { releaseId }, status: { in: ['succeeded', 'rolled_back'] } },
    orderBy: { startedAt: 'asc' },
    select: { startedAt: true },
  })
  const until = next?.startedAt ?? now
  const during = await loadExceptionsDuring(db, systemId, profileKey, from, until)
  const words = await loadSealedWords(during.map((exception) => notesException(exception, until)))
  const open = during.filter(({ approvedAt }) => approvedAt !== null && approvedAt <= from)
  return [
    ...open.map((exception) => ({
      at: from,
      sentence: `${exception.id} was open on ${profileKey}: ${wholeSentence(notesException(exception, from), words)}`,
    })),
    ...exceptionAddenda(during, { from, until }, words),
  ].toSorted((a, b) => a.at.getTime() - b.at.getTime())
}
