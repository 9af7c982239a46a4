import { EmptyState } from '@/components/ui/banner'
import { Hash } from '@/components/ui/hash'
import { Link } from '@/components/ui/link'
import { Section } from '@/components/ui/section'
import { Chip, type StatusKind } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { plural } from '@/lib/format'
import type { PromotionDossier } from '@/lib/queries/promotion-dossier'
import type { VersionView } from '@/lib/queries/promotion-versions'
import type { SignOffView } from '@/lib/queries/sealed-versions'
import { routes } from '@/lib/routes'
import { ENDED } from './words'

const ENDED_STATUS: Record<NonNullable<VersionView['endedBy']>, StatusKind> = {
  voided: 'warn',
  declined: 'fail',
  replaced: 'na',
  withdrawn: 'na',
}

/** What became of a sealed version. `moved` says that its inputs moved, which the next write records. */
export function VersionState({ version, moved = false }: { version: Pick<VersionView, 'endedBy' | 'endedAt'>; moved?: boolean }) {
  if (version.endedBy) return <Chip status={ENDED_STATUS[version.endedBy]}>{ENDED[version.endedBy]}</Chip>
  return moved ? <Chip status="warn">Void, inputs moved</Chip> : <Chip status="pass">Stands</Chip>
}

/** The signatures on a version. On one that fell they are struck, never gone. */
export function VersionSignatures({ version, fallen }: { version: VersionView; fallen: boolean }) {
  if (version.signOffs.length === 0) return <span className="c3">Nobody signed it.</span>
  return (
    <ul className="grid gap-1">
      {version.signOffs.map((signOff) => (
        <li key={signOff.id}>
          <SignOffLine signOff={signOff} fallen={fallen} />
        </li>
      ))}
    </ul>
  )
}

function SignOffLine({ signOff, fallen }: { signOff: SignOffView; fallen: boolean }) {
  const did = `${signOff.name} ${signOff.decision === 'approve' ? 'signed' : 'declined'} as ${signOff.capacity}`
  const gone = signOff.withdrawnAt !== null || (fallen && signOff.decision === 'approve')
  return (
    <>
      {gone ? <del>{did}</del> : did}, <Time at={signOff.at} />,{' '}
      <Link className="link" href={routes.signature(signOff.id)}>
        {signOff.id}
      </Link>
      {signOff.withdrawnAt ? (
        <>
          , withdrawn <Time at={signOff.withdrawnAt} />
        </>
      ) : null}
      {signOff.reason ? <span className="c2 block">{signOff.reason}</span> : null}
    </>
  )
}

/** Every sealed version, the newest first: nothing is deleted. */
export function VersionsSection({ d }: { d: PromotionDossier }) {
  const { versions } = d
  const [newest, before] = versions
  return (
    <Section
      title="Sealed versions"
      id="versions"
      aside={
        newest && before ? (
          <Link className="link" href={routes.promotionCompare(d.id, { from: before.number, to: newest.number })}>
            Compare {before.number} and {newest.number}
          </Link>
        ) : (
          plural(versions.length, 'version')
        )
      }
    >
      {versions.length === 0 ? (
        <div className="pt-2.5">
          <EmptyState>No version was ever sealed.</EmptyState>
        </div>
      ) : (
        <ul>
          {versions.map((version) => {
            const moved = version.number === d.sealed?.number && d.moved.length > 0
            return (
              <li key={version.number} className="border-line t-xs grid gap-1.5 border-b py-2.5">
                <span className="row wrap gap-x-3 gap-y-1">
                  <Link className="link b" href={routes.promotionVersion(d.id, version.number)}>
                    Version {version.number}
                  </Link>
                  <VersionState version={version} moved={moved} />
                  <Hash hash={version.hash} groups={3} />
                  <span className="c3">
                    sealed <Time at={version.sealedAt} /> by {version.sealedBy ?? 'somebody erased'}
                  </span>
                </span>
                {[...version.moved, ...(moved ? d.moved : [])].map((reason) => (
                  <span key={reason} className="c2">
                    {reason}.
                  </span>
                ))}
                <VersionSignatures version={version} fallen={version.endedBy !== null || moved} />
              </li>
            )
          })}
        </ul>
      )}
    </Section>
  )
}
