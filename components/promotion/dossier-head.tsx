import { ChevronRight, GitCommitHorizontal, Undo2 } from 'lucide-react'
import { Words } from '@/components/policy/words'
import { Banner } from '@/components/ui/banner'
import { CopyButton } from '@/components/ui/copy-button'
import { Link } from '@/components/ui/link'
import { SealLine } from '@/components/ui/seal-line'
import { SignatureLine } from '@/components/ui/signature'
import { StatTile, StatTiles } from '@/components/ui/stat-tile'
import { Chip, Status, StatusGlyph } from '@/components/ui/status'
import { Age, Time } from '@/components/ui/time'
import { formatDate, formatDueDay, formatHash, formatHashShort, formatTime, formatTimeUtc, formatWindow, plural } from '@/lib/format'
import type { PromotionDossier } from '@/lib/queries/promotion-dossier'
import { SealVerdict } from './dossier-seal-check'
import { bannersOf, expiryWords, headChip, isOver } from './dossier-words'
import { ExceptionProse } from './exception-prose'
import { EmergencyChip, Movers, Way } from './parts'

/** The head of a dossier: whose turn, what is asked, from where to where, in which window, and under which seal. */
export function DossierHead({ d, now, you }: { d: PromotionDossier; now: Date; you: string }) {
  const chip = headChip(d)
  return (
    <>
      <div className="row wrap gap-2.5">
        <span className={chip.status === 'yours' ? 'not-phone' : undefined}>
          <Chip status={chip.status}>{chip.words}</Chip>
        </span>
        <EmergencyChip incident={d.emergency?.incident.id ?? null} />
        <span className="c3 t-xs not-phone">
          Dossier <code>{d.id}</code>,{' '}
          {d.sealed ? (
            <>
              version {d.sealed.number}, sealed <Time at={d.sealed.sealedAt} show="today" /> by {d.sealed.sealedBy ?? 'somebody erased'}
            </>
          ) : (
            <>
              opened <Time at={d.openedAt} show="today" /> by {d.openedBy.name}
              {isOver(d) ? '' : ', nothing sealed'}
            </>
          )}
        </span>
      </div>
      <h1 className="h1 mt-2.5 max-sm:first:mt-0" id="h">
        {d.emergency ? 'Emergency: promote' : 'Promote'} {d.system.name} {d.dossier.release.version} to {d.to.id}
      </h1>
      <div className="row wrap mt-[9px] gap-x-4 gap-y-2 text-[0.8438rem]">
        <Way from={d.from} to={d.to} />
        <span className="c2">
          {d.live ? (
            d.live.version === d.dossier.release.version ? (
              <>
                <b className="b c1">{d.live.version}</b> is live
              </>
            ) : (
              <>
                replaces <b className="b c1">{d.live.version}</b>, live for <Age since={d.live.since} />
              </>
            )
          ) : (
            `nothing runs on ${d.to.id} yet`
          )}
        </span>
        <span className="c2">
          Window <b className="b c1">{windowWords(d, now)}</b>
        </span>
      </div>
      {isOver(d) || chip.status === 'yours' || d.hold.kind === 'ended' ? null : (
        <p className="row wrap c2 mt-2.5 gap-x-3 gap-y-1.5">
          <span>
            Waits for: <b className="b c1">{d.hold.words}</b>
          </span>
          {d.hold.who.length > 0 ? <Movers who={d.hold.who} you={you} /> : null}
          <span className="t-xs c3">
            for <Age since={d.hold.since} />
          </span>
        </p>
      )}
      <SealBand d={d} />
      <Banners d={d} />
    </>
  )
}

/** The seal and what it means; a draft says that it is one. */
function SealBand({ d }: { d: PromotionDossier }) {
  if (!d.sealed) {
    return (
      <p className="well t-xs c2 mt-4">
        {isOver(d)
          ? 'No version of it stands. What was sealed before is under Sealed versions.'
          : 'A draft: nothing is sealed, so nothing can be signed. This is what would be sealed now.'}
      </p>
    )
  }
  const { hash, number } = d.sealed
  return (
    <div className="sealbar mt-4">
      <span className="not-phone">
        <SealLine hash={hash} size="bar" />
      </span>
      <span className="only-phone">
        <SealLine hash={hash} size="medium" />
      </span>
      <span className="t-xs c2 min-w-0">
        <span className="not-phone">{isOver(d) ? `What version ${number} held, byte by byte. ` : 'You sign exactly this page. '}</span>
        <span className="not-phone">
          SHA-256 <code className="c1">{formatHashShort(hash)}</code>
        </span>
        <code className="only-phone">{formatHash(hash, 3)}</code>
        <span className="not-phone block">
          {isOver(d) ? '' : 'Any change below voids this version; everyone signs again. '}
          <SealVerdict />
        </span>
      </span>
      <CopyButton text={hash} label="Copy hash" />
    </div>
  )
}

function Banners({ d }: { d: PromotionDossier }) {
  const banners = bannersOf(d)
  if (banners.length === 0) return null
  return (
    <div className="mt-4 grid gap-2.5">
      {banners.map(({ key, status, title, text, list, link }) => (
        <Banner key={key} status={status} title={<Words text={title} />}>
          {text ? (
            <>
              <Words text={text} />{' '}
            </>
          ) : null}
          {list && list.length > 0 ? (
            <ul>
              {list.map((each) => (
                <li key={each}>
                  <Words text={each} />
                </li>
              ))}
            </ul>
          ) : null}
          {link ? (
            <Link className="link" href={link.href}>
              {link.label}
            </Link>
          ) : null}
        </Banner>
      ))}
    </div>
  )
}

/** On a phone: four facts, every exception in full, who signed, then the rest (ux.md section 16). */
export function PhoneFacts({ d, now }: { d: PromotionDossier; now: Date }) {
  const { counts, dossier } = d
  const ok = counts.passed + counts.skipped === counts.total
  const signed = d.slots.filter((slot) => slot.signed !== null)
  return (
    <div className="only-phone">
      <div className="mt-3.5">
        <StatTiles>
          <StatTile
            href="#gates"
            glyph={<StatusGlyph status={!ok ? 'waiting' : counts.skipped > 0 ? 'glass' : 'pass'} size={16} />}
            title={`${counts.passed} of ${counts.total} gates`}
            detail={
              !ok
                ? `${counts.total - counts.passed - counts.skipped} to bring`
                : counts.skipped > 0
                  ? `${counts.skipped} skipped`
                  : expiryWords(d.gates, now)
            }
          />
          <StatTile
            href="#exceptions"
            glyph={<StatusGlyph status={dossier.exceptions.length > 0 ? 'drift' : 'na'} size={16} />}
            title={plural(dossier.exceptions.length, 'exception')}
            detail={dossier.exceptions[0] ? `ends ${formatDate(dossier.exceptions[0].endsAt)}` : 'none is open'}
          />
          <StatTile
            href="#changes"
            glyph={<GitCommitHorizontal size={17} aria-hidden="true" />}
            title={plural(d.commits, 'commit')}
            detail={`${plural(dossier.changes.length, 'change')}, ${plural(d.contributors, 'person', 'people')}`}
          />
          <StatTile
            href="#rollback"
            glyph={<Undo2 size={17} aria-hidden="true" />}
            title={dossier.rollback.replaces ? `Back on ${dossier.rollback.replaces}` : 'No way back'}
            detail={dossier.rollback.snapshot ? `snapshot ${formatDate(dossier.rollback.snapshot.takenAt)}` : 'no snapshot recorded'}
          />
        </StatTiles>
      </div>
      {dossier.exceptions.map((exception) => (
        <section key={exception.id} className="mt-4">
          <h2 className="h2">{isOver(d) ? 'An exception that was accepted' : 'The exception you accept'}</h2>
          <p className="doc mt-1 text-[1.0625rem] leading-6">
            <ExceptionProse exception={exception} words={d.known.words} closed={d.known.closed.includes(exception.id)} />
          </p>
        </section>
      ))}
      {signed.length > 0 && d.sealed ? (
        <section className="mt-4">
          <div className="row between">
            <h2 className="h2">Signed so far</h2>
            <span className="c2 t-xs num">
              {signed.length} of {d.slots.length}
            </span>
          </div>
          {signed.map((slot) => (
            <SignatureLine
              key={slot.key}
              capacity={slot.title}
              state={d.phase === 'voided' ? 'struck' : 'signed'}
              name={slot.signed?.name}
              aside={slot.signed ? formatTime(slot.signed.at) : null}
            />
          ))}
        </section>
      ) : null}
      <a href="#changes" className="row between c2 mt-2 min-h-11">
        <span>Read the full dossier, 6 sections</span>
        <ChevronRight size={20} aria-hidden="true" className="c3" />
      </a>
    </div>
  )
}

/** "today 16:00–16:30 UTC", or "none set". */
export function windowWords({ dossier }: Pick<PromotionDossier, 'dossier'>, now: Date): string {
  const { window } = dossier
  if (!window) return 'none, any time once signed'
  const { startsAt, endsAt } = window
  return formatDate(startsAt) === formatDate(endsAt)
    ? `${formatDueDay(startsAt, now)} ${formatWindow(startsAt, endsAt)}`
    : `${formatDueDay(startsAt, now)} ${formatTimeUtc(startsAt)} to ${formatDueDay(endsAt, now)} ${formatTimeUtc(endsAt)}`
}

/** The short answer beside a heading about gates: "4 of 4 pass". */
export function GateAnswer({ counts }: Pick<PromotionDossier, 'counts'>) {
  const ok = counts.passed + counts.skipped === counts.total
  return (
    <Status status={!ok ? 'waiting' : counts.skipped > 0 ? 'glass' : counts.covered > 0 ? 'drift' : 'pass'}>
      {counts.passed} of {counts.total} pass
      {counts.covered > 0 ? `, ${counts.covered} by an exception` : ''}
      {counts.skipped > 0 ? `, ${counts.skipped} skipped in the emergency` : ''}
    </Status>
  )
}
