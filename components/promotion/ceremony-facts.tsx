'use client'

import { useSealed } from '@/components/ceremony/sealed'
import { Words } from '@/components/policy/words'
import { Statement } from '@/components/ui/banner'
import { KeyValue } from '@/components/ui/key-value'
import { Section } from '@/components/ui/section'
import { Chip, Status, StatusGlyph } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import type { Dossier } from '@/lib/domain/dossier'
import { isPassing } from '@/lib/domain/gate'
import type { SealedWords } from '@/lib/domain/notes-exceptions'
import { windowInWords } from '@/lib/domain/words'
import { formatHash, formatSha, listWords, plural } from '@/lib/format'
import { type Risk, risksOf } from './ceremony-risks'
import { ExceptionProse } from './exception-prose'
import { VERDICT } from './words'

/** What is decided on, read from the sealed bytes themselves: what moves, the gates, what is open, the way back, the hash. */
export function CeremonyFacts({
  system,
  gateTitles,
  also,
  emergency,
  exceptions,
  hash,
}: {
  system: string
  gateTitles: Readonly<Record<string, string>>
  /** What is not in the bytes and yet worth knowing. */
  also: { newerLive: string | null; questions: number }
  /** The incident's title and why gates are skipped: the bytes hold its id and the reason's digest. */
  emergency: { title: string; reason: string | null } | null
  exceptions: KnownExceptions
  hash: string
}) {
  const { dossier } = useSealed()
  const { release, edge, gates, rollback } = dossier
  const passed = gates.filter(({ verdict }) => isPassing(verdict)).length
  return (
    <>
      {dossier.emergency ? <EmergencyFacts dossier={dossier} gateTitles={gateTitles} more={emergency} /> : null}
      <Section title="What moves" aside={plural(dossier.changes.length, 'change')}>
        <div className="grid gap-3 pt-3">
          <KeyValue
            width="narrow"
            items={[
              { label: 'What', value: `${system} ${release.version}, ${edge.from} to ${edge.to}` },
              { label: 'Window', value: dossier.window ? windowWords(dossier.window) : 'none; any time once it is signed' },
              { label: 'Commit', value: <code>{formatSha(release.gitSha)}</code> },
              { label: 'Artefact', value: <code>{release.artefact}</code> },
              {
                label: 'Since',
                value: dossier.baseline
                  ? `${dossier.baseline.version}, signed as ${dossier.baseline.promotion}`
                  : 'nothing was signed for it before',
              },
              { label: 'Policy', value: `version ${dossier.policy.version}` },
            ]}
          />
          {dossier.changes.length > 0 ? (
            <ul className="grid gap-1.5">
              {dossier.changes.map((change) => (
                <li key={`${change.kind} ${change.summary}`}>
                  <span className="c3">{change.kind}</span> <Visible text={change.summary} />
                  {change.reference ? <span className="c3"> {change.reference}</span> : null}
                </li>
              ))}
            </ul>
          ) : null}
        </div>
      </Section>
      <Section title="Worth knowing">
        <Risks risks={risksOf(dossier, also)} />
      </Section>
      <Section title="Gates" aside={`${passed} of ${gates.length} pass`}>
        <ul className="grid gap-1.5 pt-3">
          {gates.map((gate) => (
            <li key={gate.id} className="grid grid-cols-[18px_minmax(0,1fr)] gap-1.5">
              <span className="pt-0.5">
                <StatusGlyph status={VERDICT[gate.verdict].status} label={`${VERDICT[gate.verdict].words}:`} />
              </span>
              <span>
                {gateTitles[gate.id] ?? gate.id}
                {gate.found && gate.verdict === 'skipped' ? <span className="glass"> skipped; {FOUND[gate.found]}</span> : null}
                {gate.exception ? (
                  <span className="drift">
                    {' '}
                    covered by {gate.exception}
                    {gate.found ? `; ${FOUND[gate.found]}` : ''}
                  </span>
                ) : null}
                {gate.seenAt ? (
                  <span className="c3 t-xs block">
                    seen <Time at={gate.seenAt} />
                  </span>
                ) : null}
              </span>
            </li>
          ))}
        </ul>
      </Section>
      <Section title="Open exceptions" aside={dossier.exceptions.length === 0 ? undefined : dossier.exceptions.length}>
        {dossier.exceptions.length === 0 ? <p className="c2 pt-3">No drift exceptions.</p> : <Exceptions {...exceptions} />}
      </Section>
      {dossier.drift && dossier.drift.length > 0 ? (
        <Section title="Open drift" aside={dossier.drift.length}>
          <ul className="grid gap-2 pt-3">
            {dossier.drift.map((finding) => (
              <li key={finding.id}>
                <Status status={finding.severity === 'block' ? 'open-drift' : 'warn'} long plain>
                  <span className="c1">
                    {finding.id}
                    {finding.profile ? ` on ${finding.profile}` : ''}: <Words text={finding.sentence} />
                  </span>
                </Status>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      <Section title="If it goes wrong">
        <div className="grid gap-3 pt-3">
          <p>{rollback.rule}</p>
          <KeyValue
            width="narrow"
            items={[
              { label: 'Back to', value: rollback.replaces ?? 'nothing runs there yet' },
              {
                label: 'Snapshot',
                value: rollback.snapshot ? (
                  <>
                    {rollback.snapshot.profile}, <Time at={rollback.snapshot.takenAt} />
                  </>
                ) : (
                  'none is named'
                ),
              },
              { label: 'Schema', value: schemaWords(release.schemaBackwardCompatible) },
              { label: 'Signed by', value: listWords(dossier.slots.map(({ title }) => title)) },
            ]}
          />
        </div>
      </Section>
      <Section title="Hash" aside={`version ${dossier.number}`}>
        <p className="pt-3">
          <code className="c2 t-xs">{formatHash(hash)}</code>
        </p>
      </Section>
    </>
  )
}

const FOUND: Record<NonNullable<Dossier['gates'][number]['found']>, string> = {
  pass: 'it passed',
  fail: 'it failed',
  stale: 'its evidence is old',
  missing: 'nothing is known of it',
}

/** What makes it an emergency, from the sealed bytes; title and reason beside them. */
function EmergencyFacts({
  dossier,
  gateTitles,
  more,
}: {
  dossier: Dossier
  gateTitles: Readonly<Record<string, string>>
  more: { title: string; reason: string | null } | null
}) {
  const { emergency } = dossier
  if (!emergency) return null
  return (
    <Section title="Emergency" aside={<Chip status="glass">{emergency.incident}</Chip>}>
      <div className="grid gap-3 pt-3">
        <KeyValue
          width="narrow"
          items={[
            { label: 'Incident', value: more ? <Visible text={`${emergency.incident}, ${more.title}`} /> : emergency.incident },
            {
              label: 'Skipped',
              value: emergency.skipped.length === 0 ? 'no gate' : listWords(emergency.skipped.map((id) => gateTitles[id] ?? id)),
            },
            { label: 'Because', value: more?.reason ? <Visible text={more.reason} /> : null },
            { label: 'Reviewed by', value: `${listWords(emergency.reviewedBy.map(({ title }) => title))}, afterwards` },
          ]}
        />
      </div>
    </Section>
  )
}

/** What the bytes hold by id and digest only, and which exceptions were closed since the seal. */
export type KnownExceptions = { words: SealedWords; closed: readonly string[] }

/** Each exception that a signature accepts, in full, also on a phone (ux.md section 7). */
export function Exceptions({ words, closed }: KnownExceptions) {
  const { dossier } = useSealed()
  return dossier.exceptions.map((exception) => (
    <Statement key={exception.id} tone="drift">
      <ExceptionProse exception={exception} words={words} closed={closed.includes(exception.id)} />
    </Statement>
  ))
}

function Risks({ risks }: { risks: readonly Risk[] }) {
  if (risks.length === 0) return <p className="c2 pt-3">Nothing in it is out of the ordinary.</p>
  return (
    <ul className="grid gap-2 pt-3">
      {risks.map((risk) => (
        <li key={risk.sentence}>
          <Status status={risk.status} long plain>
            <span className="c1">{risk.sentence}</span>
          </Status>
        </li>
      ))}
    </ul>
  )
}

const windowWords = ({ startsAt, endsAt }: { startsAt: string; endsAt: string }) =>
  windowInWords({ startsAt: new Date(startsAt), endsAt: new Date(endsAt) })

const schemaWords = (compatible: boolean | null) =>
  compatible === null ? 'nobody said whether it is backward compatible' : compatible ? 'backward compatible' : 'not backward compatible'
