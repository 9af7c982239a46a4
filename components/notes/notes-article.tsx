import { Words } from '@/components/policy/words'
import { Link } from '@/components/ui/link'
import { Visible } from '@/components/ui/visible'
import { ERASED_NAME } from '@/lib/domain/notes-exceptions'
import { fallbackLine, rotationLine } from '@/lib/domain/release-notes'
import { formatDate, formatInstant, listWords, numberWord } from '@/lib/format'
import type { NotesDetail } from '@/lib/queries/release-notes'
import { routes } from '@/lib/routes'
import { ExceptionTable } from './exception-table'

export const NOTES_SECTIONS = [
  'Changes',
  'Gates',
  'Drift exceptions',
  'Secrets',
  'Break-glass',
  'Rotations',
  'Rollback',
  'Signatures',
  'Deployment',
  'Addenda',
] as const

/** The anchor of a section of the notes. */
export const sectionId = (title: string) => title.toLowerCase().replaceAll(' ', '-')

/** The text of release notes in serif, every empty section written out ("No drift exceptions."). */
export function NotesArticle({ detail, deployment }: { detail: NotesDetail; deployment: readonly string[] }) {
  const { notes } = detail
  const way = detail.from ? `, ${detail.from.id} to ${detail.profile.id}` : ` on ${detail.profile.id}`
  return (
    <article className="rn" aria-labelledby="h">
      <p className="c3 rn-over">
        Release notes, {detail.system.name}
        {way}, {formatDate(detail.at)}
      </p>
      <h1 id="h">
        {detail.system.name} {detail.version}
      </h1>
      <p className="c2">
        {notes?.summary ? <Visible text={`${notes.summary} `} /> : ''}
        {notes
          ? detail.replaces
            ? `Replaces ${detail.replaces}.`
            : `Nothing ran on ${detail.profile.id} before.`
          : `No promotion of it to ${detail.profile.id} was ever opened, so there is no dossier to write from. What is known of its deployment stands below.`}
      </p>
      {notes ? (
        <>
          {notes.emergency ? <Emergency emergency={notes.emergency} live={detail.emergency} /> : null}
          <h2 id={sectionId('Changes')}>Changes</h2>
          {notes.changes.length === 0 ? (
            <p>No changes recorded.</p>
          ) : (
            <ul>
              {notes.changes.map((change, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two changes of a sealed text may read alike.
                <li key={index}>
                  <Words text={change.summary} />
                  {change.reference ? <span className="c3 nowrap"> ({change.reference})</span> : null}
                </li>
              ))}
            </ul>
          )}
          <h2 id={sectionId('Gates')}>Gates</h2>
          <Gates notes={notes} />
          <h2 id={sectionId('Drift exceptions')}>Drift exceptions</h2>
          {notes.exceptions.length === 0 ? (
            <p>No drift exceptions.</p>
          ) : (
            notes.exceptions.map((exception) => <ExceptionTable key={exception.id} exception={exception} words={detail.words} />)
          )}
          <h2 id={sectionId('Secrets')}>Secrets</h2>
          {notes.secrets.length === 0 ? (
            <p>No secrets.</p>
          ) : (
            <p>
              <Words
                text={`${listWords([...new Set(notes.secrets)].map((name) => `\`${name}\``))}. Names only; no value is ever written here.`}
              />
            </p>
          )}
          <h2 id={sectionId('Break-glass')}>Break-glass</h2>
          <Lines lines={(notes.fallbacks ?? []).map((use) => fallbackLine(use, formatInstant))} none="No fallback uses." />
          <h2 id={sectionId('Rotations')}>Rotations</h2>
          <Lines lines={(notes.rotations ?? []).map((rotation) => rotationLine(rotation, formatInstant))} none="No rotations." />
          <h2 id={sectionId('Rollback')}>Rollback</h2>
          <p>
            <Words text={notes.rollback.rule} /> {notes.rollback.replaces ? `What runs now is ${notes.rollback.replaces}. ` : ''}
            {notes.rollback.snapshot
              ? `Newest snapshot of ${notes.rollback.snapshot.profile}: ${formatInstant(notes.rollback.snapshot.takenAt)}.`
              : 'No snapshot is recorded.'}
          </p>
          <div className={detail.slots.length > 0 ? 'onscreen' : undefined}>
            <h2 id={sectionId('Signatures')}>Signatures</h2>
            {notes.signatures.length === 0 ? (
              <p>Not signed yet: this is a draft.</p>
            ) : (
              <table>
                <caption className="sr">Signatures</caption>
                <tbody>
                  {notes.signatures.map((signature) => (
                    <tr key={signature.id}>
                      <th scope="row">{signature.capacity}</th>
                      <td>
                        {detail.words.names[signature.principal] ?? ERASED_NAME}, {formatInstant(signature.at)}, <code>{signature.id}</code>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </div>
        </>
      ) : null}
      <h2 id={sectionId('Deployment')}>Deployment</h2>
      {deployment.length === 0 ? (
        <p>Not deployed yet.</p>
      ) : (
        <ul>
          {deployment.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <h2 id={sectionId('Addenda')}>Addenda</h2>
      {detail.addenda.length === 0 ? (
        <p>No addenda.</p>
      ) : (
        <>
          <p className="c2">Added after the seal, and not covered by its hash.</p>
          <ul>
            {detail.addenda.map((addendum) => (
              <li key={`${addendum.at.toISOString()} ${addendum.sentence}`}>
                {formatInstant(addendum.at)}: {addendum.sentence}
              </li>
            ))}
          </ul>
        </>
      )}
    </article>
  )
}

function Lines({ lines, none }: { lines: readonly string[]; none: string }) {
  if (lines.length === 0) return <p>{none}</p>
  return (
    <ul>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}

/** Says plainly that it was an emergency, what it skipped and why, and what is owed for it still. */
function Emergency({
  emergency,
  live,
}: {
  emergency: NonNullable<NonNullable<NotesDetail['notes']>['emergency']>
  live: NotesDetail['emergency']
}) {
  return (
    <>
      <h2 id={sectionId('Emergency promotion')}>Emergency promotion</h2>
      <p>
        This was an emergency promotion during{' '}
        <Link className="link" href={routes.incident(emergency.incident)}>
          {emergency.incident}
        </Link>
        . {emergency.skipped.length === 0 ? 'Skipped gates: None.' : `Skipped gates: ${listWords(emergency.skipped)}.`}{' '}
        {live?.reason ? <Visible text={live.reason} /> : null}
      </p>
      <p>Reviewed afterwards by {listWords(emergency.reviewedBy)}; what they said stands under Addenda.</p>
      {live && live.owed.length > 0 ? (
        <>
          <p className="c2">Still owed, and not covered by the hash:</p>
          <Lines lines={live.owed} none="" />
        </>
      ) : null}
    </>
  )
}

function Gates({ notes }: { notes: NonNullable<NotesDetail['notes']> }) {
  if (notes.gates.length === 0) return <p>No gates.</p>
  const passed = notes.gates.filter(({ verdict }) => verdict === 'pass').length
  const all = passed === notes.gates.length
  return (
    <>
      <p>
        {all
          ? `${notes.gates.length === 1 ? 'The one' : `All ${numberWord(notes.gates.length).toLowerCase()}`} ${notes.from} to ${notes.to} ${notes.gates.length === 1 ? 'gate' : 'gates'} passed.`
          : `${passed} of ${notes.gates.length} ${notes.from} to ${notes.to} gates passed.`}
      </p>
      <ul>
        {notes.gates.map((gate) => (
          <li key={gate.id}>
            {gate.title}
            {gate.verdict === 'pass' || gate.verdict === 'skipped' ? '' : `: ${gate.verdict.replaceAll('_', ' ')}`}
            {gate.sentence ? (
              <>
                . <Words text={gate.sentence} />
              </>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  )
}
