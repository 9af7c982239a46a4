import { notFound } from 'next/navigation'
import { FlagForm, GovernedChangeForm } from '@/components/attestation/attestation-forms'
import { AttestationList } from '@/components/attestation/attestation-list'
import { ChangeTable, FlagTable, KnownNames } from '@/components/attestation/environment-names'
import { SystemFrame } from '@/components/system/system-frame'
import { EmptyState } from '@/components/ui/banner'
import { Section } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { numberWord, plural } from '@/lib/format'
import { type AttestationsView, getAttestations } from '@/lib/queries/attestations'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'
import { endFlagAction, recordAttestationAction, recordFlagAction, recordGovernedChangeAction } from './actions'

type Props = { params: Promise<{ slug: string }> }

export const metadata = { title: 'Attestations of a system' }

/** What no machine reports: who said so, when, who owns it and when it is said again; names of environments and changes that were meant. */
export default async function AttestationsPage({ params }: Props) {
  const { slug } = await params
  const viewer = await requireViewer(routes.systemAttestations(slug))
  const head = await getSystemHead(viewer, slug)
  if (!head) notFound()
  const view = await getAttestations(viewer, head)
  const { policy } = head.version
  const of = {
    system: head.slug,
    owners: view.owners,
    viewer: viewer.actor.id,
    sources: policy.sources.map(({ id, title }) => ({ id, title })),
    action: recordAttestationAction,
  }
  return (
    <SystemFrame head={head} tab="Attestations">
      <p className="c2">{answer(view)}</p>
      <div className="max-w-[860px]">
        <Section title="What people attest" aside={view.attestations.length || undefined}>
          {view.attestations.length === 0 ? (
            <div className="pt-3">
              <EmptyState>The policy of {head.name} wants nothing attested that a machine could not report.</EmptyState>
            </div>
          ) : (
            <AttestationList {...of} rows={view.attestations} />
          )}
        </Section>
        {view.acceptance.length > 0 ? (
          <Section title="Acceptance criteria of the document" aside={view.acceptance.length}>
            <AttestationList {...of} rows={view.acceptance} />
          </Section>
        ) : null}
        <Section title="Names of environments" id="names">
          <div className="pt-3">
            <KnownNames names={view.names} unknownName={view.unknownName} />
          </div>
          <div className="pt-4 pb-1">
            <FlagTable flags={view.flags} end={endFlagAction} mayEnd={view.whyNotFlag?.code !== 'not_allowed'} />
          </div>
          <div className="offpaper mt-3">
            <FlagForm
              action={recordFlagAction}
              system={head.slug}
              owners={view.owners}
              viewer={viewer.actor.id}
              whyNot={view.whyNotFlag && { sentence: view.whyNotFlag.sentence }}
            />
          </div>
        </Section>
        <Section title="Changes that were meant" id="changes">
          {view.governed.length === 0 ? (
            <div className="pt-3">
              <EmptyState>
                No variable of {head.name} is immutable or owned by its environment, so a change needs no record here.
              </EmptyState>
            </div>
          ) : (
            <>
              <p className="c2 pt-3">
                {plural(view.governed.length, 'variable')} may not change by {view.governed.length === 1 ? 'itself' : 'themselves'}. A
                change that is seen in a recorded stretch of time is explained.
              </p>
              <div className="py-1">
                <ChangeTable changes={view.changes} now={viewer.now} />
              </div>
              <div className="offpaper mt-3">
                <GovernedChangeForm
                  action={recordGovernedChangeAction}
                  system={head.slug}
                  profiles={policy.profiles.map(({ id }) => id)}
                  variables={view.governed}
                  whyNot={view.whyNotChange && { sentence: view.whyNotChange.sentence }}
                />
              </div>
            </>
          )}
        </Section>
      </div>
    </SystemFrame>
  )
}

function answer({ attestations, acceptance, flags }: AttestationsView): string {
  const places = [...attestations, ...acceptance].flatMap((row) => row.places)
  const count = (state: string) => places.filter((place) => place.state === state).length
  const [violated, due, never] = [count('violated'), count('due'), count('never')]
  const parts = [
    violated > 0 ? `${violated} ${violated === 1 ? 'is' : 'are'} said not to hold` : null,
    due > 0 ? `${due} ${due === 1 ? 'is' : 'are'} too old` : null,
    never > 0 ? `${never} ${never === 1 ? 'was' : 'were'} never given` : null,
  ].filter((part) => part !== null)
  const open = flags.filter(({ inForce }) => inForce).length
  const names =
    open > 0
      ? ` ${numberWord(open)} ${open === 1 ? 'flag' : 'flags'} for a name nobody declared ${open === 1 ? 'is' : 'are'} in force.`
      : ''
  if (places.length === 0) return `Nothing here is attested by people.${names}`
  return `${parts.length === 0 ? `All ${places.length} are attested.` : `${places.length - violated - due - never} of ${places.length} attestations hold; ${parts.join(', ')}.`}${names}`
}
