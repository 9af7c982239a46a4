import { Download } from 'lucide-react'
import { EmergencyChip } from '@/components/promotion/parts'
import { LinkButton } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Link } from '@/components/ui/link'
import { SealLine } from '@/components/ui/seal-line'
import { SignatureLine } from '@/components/ui/signature'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { READING_TITLE, type Reading } from '@/lib/domain/notes-document'
import type { NotesLog } from '@/lib/domain/notes-facts'
import { formatHashShort, formatNumber, numberWord } from '@/lib/format'
import type { FormAction } from '@/lib/http/form-state'
import type { NotesDetail } from '@/lib/queries/release-notes'
import { routes } from '@/lib/routes'
import { PrintButton, SummaryForm } from './notes-tools'

/** What to do with the notes, whether they are sealed, and who signed. In print only signatures and seal are left. */
export function NotesAside({
  detail,
  reading,
  markdown,
  log,
  editSummary,
}: {
  detail: NotesDetail
  reading: Reading
  markdown: string
  log: NotesLog
  editSummary: FormAction
}) {
  const { system, profile, version } = detail
  const here = routes.note(system.slug, profile.id, version, reading)
  const file = (form: 'md' | 'html' | 'json') => (
    <LinkButton
      className="grow"
      href={routes.noteFile(system.slug, profile.id, version, form, reading)}
      download=""
      icon={<Download size={15} />}
    >
      .{form}
    </LinkButton>
  )
  return (
    <aside aria-label="Use these notes">
      <div className="tools">
        <div className="border-line-strong border-t-2 pt-3">
          {detail.notes?.emergency ? (
            <p className="mb-2">
              <EmergencyChip incident={detail.notes.emergency.incident} />
            </p>
          ) : null}
          <Standing detail={detail} />
        </div>
        <div className="mt-4 grid gap-2">
          <CopyButton text={markdown} label="Copy Markdown" variant="primary" size="md" full />
          <div className="row">
            <PrintButton />
            {file('md')}
          </div>
          <div className="row">
            {file('html')}
            {file('json')}
          </div>
          <CopyButton text={here} link label="Copy link to these notes" variant="default" size="md" full />
        </div>
        <p className="t-xs c2 mt-2">
          Each in the reading for {READING_TITLE[reading].toLowerCase()}. News of {system.name} come as a{' '}
          <a className="link" href={routes.notesFeed(system.slug)}>
            feed
          </a>
          .
        </p>
        {detail.promotion ? (
          <SummaryForm
            key={detail.summary}
            action={editSummary}
            promotion={detail.promotion.id}
            summary={detail.summary}
            whyNot={detail.whyNotEdit}
          />
        ) : null}
      </div>
      {detail.slots.length > 0 ? (
        <div className="sigs">
          <h2 className="h3 mt-6">Signatures</h2>
          <div className="two">
            {detail.slots.map((slot) => (
              <SignatureLine
                key={slot.capacity}
                capacity={slot.capacity}
                state={slot.state === 'you' ? 'open' : slot.state}
                name={slot.name}
                under={slot.at ? <Time at={slot.at} /> : slot.state === 'you' ? 'yours to sign' : 'not signed'}
              />
            ))}
          </div>
          <DrawnSeal seal={detail.seal} dossier={detail.notes?.dossier ?? null} />
          {log.checkpoint ? (
            <p className="t-xs c2 mt-2">
              {log.sealedBy ? (
                <>
                  Entry{' '}
                  <Link className="link" href={routes.auditEntry(log.sealedBy)}>
                    #{formatNumber(log.sealedBy)}
                  </Link>{' '}
                  of the log.{' '}
                </>
              ) : detail.seal ? (
                'Its entry is not in the log yet. '
              ) : (
                ''
              )}
              Checkpoint #{formatNumber(log.checkpoint.size)}, <Time at={log.checkpoint.at} />, root{' '}
              <span className="mono t-2xs">{formatHashShort(log.checkpoint.root)}</span>
            </p>
          ) : null}
        </div>
      ) : null}
    </aside>
  )
}

/** The seal of the notes; of a draft, that of the dossier whose signatures stand above. */
function DrawnSeal({ seal, dossier }: { seal: NotesDetail['seal']; dossier: { number: number; hash: string } | null }) {
  const hash = seal?.hash ?? dossier?.hash
  if (!hash) return null
  return (
    <div className="mt-5">
      <span className="acc">
        <SealLine hash={hash} size="wide" />
      </span>
      <p className="mono t-2xs c2 mt-1.5">
        {formatHashShort(hash)}
        {seal ? null : <span className="c3"> dossier version {dossier?.number}</span>}
      </p>
    </div>
  )
}

function Standing({ detail }: { detail: NotesDetail }) {
  const { promotion, seal, voided, slots } = detail
  if (!promotion) {
    return (
      <>
        <Status status="fail">Without authority</Status>
        <p className="t-xs c2 mt-1">It was put on {detail.profile.id} without a promotion, so nobody signed it.</p>
      </>
    )
  }
  const link = (
    <Link className="link" href={routes.promotion(promotion.id)}>
      {promotion.id}
    </Link>
  )
  if (seal) {
    return (
      <>
        <Status status="pass">Sealed</Status>
        <p className="t-xs c2 mt-1">
          Version {seal.number}, sealed with the last signature on <Time at={seal.at} />. {link}, {promotion.phase.replaceAll('_', ' ')}.
        </p>
      </>
    )
  }
  const missing = slots.filter(({ state }) => state !== 'signed').length
  return (
    <>
      <Status status={voided ? 'warn' : 'waiting'}>{voided ? `Draft, version ${voided.number} was ${voided.how}` : 'Draft'}</Status>
      <p className="t-xs c2 mt-1">
        Written from the dossier, nothing typed twice.{' '}
        {slots.length === 0 || missing === slots.length
          ? 'It becomes final and sealed with the last signature.'
          : `${numberWord(missing)} ${missing === 1 ? 'signature is' : 'signatures are'} missing; the last one seals it.`}{' '}
        {link}, {promotion.phase.replaceAll('_', ' ')}.
      </p>
    </>
  )
}
