import '@/components/promotion/ceremony.css'
import { Check, Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import { Page, Panel, Paper } from '@/components/layout/page'
import { SeparationOf } from '@/components/promotion/ceremony-frame'
import { SealResult } from '@/components/promotion/ceremony-sealed'
import { Button, LinkButton } from '@/components/ui/button'
import { PageHead } from '@/components/ui/section'
import { StatusGlyph } from '@/components/ui/status'
import { Steps } from '@/components/ui/tabs'
import { Time } from '@/components/ui/time'
import type { NoRotationCeremony, RotationCeremony } from '@/lib/queries/rotation-ceremony'
import { routes } from '@/lib/routes'

const VERB = { approve: 'Approve', decline: 'Decline' } as const

/** Frame of every step: breadcrumbs, on a phone the capacity and the step. */
export function RotationCeremonyPage({
  rotation,
  system,
  title,
  step,
  children,
}: {
  rotation: string
  system?: string
  title: string
  step?: string
  children: ReactNode
}) {
  return (
    <Page
      crumbs={[{ label: 'Rotations', href: routes.rotations() }, { label: rotation, href: routes.rotation(rotation) }, { label: title }]}
      phone={{ back: routes.rotation(rotation), title, aside: step }}
      layout="dossier"
      system={system}
    >
      {children}
    </Page>
  )
}

const STEPS = ['Read', 'Confirm', 'Receipt']

/** Where the ceremony stands, 1 to 3. */
export function ApprovalSteps({ now }: { now: number }) {
  return (
    <Steps
      items={STEPS.map((label, index) => {
        const state = index + 1 < now ? 'done' : index + 1 === now ? 'now' : 'next'
        return { label, state, glyph: <StatusGlyph status={state === 'done' ? 'pass' : state === 'now' ? 'running' : 'waiting'} /> }
      })}
    />
  )
}

/** What to know before pressing: it is the version that was read, its hash, and what cannot be undone. */
export function ApprovalAssurances({ ceremony, permanent }: { ceremony: RotationCeremony; permanent: string }) {
  return (
    <ul className="mt-3.5 grid gap-[9px]">
      <Line icon={<Check size={18} className="pass" />}>
        Version <b className="b">{ceremony.sealed.number}</b> of the plan. No changes since{' '}
        <Time at={ceremony.sealed.sealedAt} show="today" />.
      </Line>
      <li>
        <SealResult />
      </li>
      <Line icon={<Lock size={18} className="c3" />}>{permanent}</Line>
    </ul>
  )
}

function Line({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <li className="grid grid-cols-[20px_minmax(0,1fr)] gap-[9px]">
      <span className="pt-0.5">{icon}</span>
      <span>{children}</span>
    </li>
  )
}

/** Somebody may not decide here: the rule that stands in the way, in its own words, and where to go. */
export function RotationDenied({
  ceremony,
  verb,
  children,
}: {
  ceremony: RotationCeremony
  verb: 'approve' | 'decline'
  children?: ReactNode
}) {
  const { rotation, slot, whyNot } = ceremony
  const name = `${VERB[verb]} as ${slot.title}`
  return (
    <RotationCeremonyPage rotation={rotation} title={name}>
      <Paper>
        <PageHead
          title={`You cannot ${verb} this as ${slot.title}`}
          lead={`${ceremony.system.name} ${ceremony.profile.id}: ${ceremony.title}. Version ${ceremony.sealed.number} of the plan of ${rotation}.`}
        />
        {children}
        <section aria-label="Actions" className="pbar mt-4">
          <Button refusal={whyNot} size="lg" full>
            {name}
          </Button>
          <LinkButton href={routes.rotation(rotation)} size="lg">
            Open the runbook
          </LinkButton>
        </section>
      </Paper>
      <Panel label="Why">
        <h2 className="h2">The rules, for you</h2>
        <SeparationOf title={`About you and ${slot.title}`} lines={ceremony.lines} />
      </Panel>
    </RotationCeremonyPage>
  )
}

/** There is nothing to decide: another version stands than the one that was read, or none does. */
export function RotationMoved({ moved, verb }: { moved: NoRotationCeremony; verb: 'approve' | 'decline' }) {
  const { rotation, read, live } = moved
  return (
    <RotationCeremonyPage rotation={rotation} title={`${VERB[verb]} ${rotation}`}>
      <Paper>
        <PageHead
          title={live === null ? 'No plan stands' : `Version ${live} took the place of version ${read}`}
          lead={
            live === null
              ? 'The plan was declined, or the rotation is over. Nothing of yours was recorded. Once it is planned again, the new version can be read and decided on.'
              : 'Nothing of yours was recorded, and nothing stays ticked. Read the plan that stands now, then decide.'
          }
        />
        <section aria-label="Actions" className="pbar mt-5">
          {live === null ? null : (
            <LinkButton
              href={verb === 'approve' ? routes.rotationApprove(rotation) : routes.rotationDecline(rotation)}
              variant="primary"
              size="lg"
            >
              Read version {live}
            </LinkButton>
          )}
          <LinkButton href={routes.rotation(rotation)} size="lg" variant={live === null ? 'primary' : 'default'}>
            Open the runbook
          </LinkButton>
        </section>
      </Paper>
      <Panel label="What this means">
        <p className="c2">An approval belongs to one sealed plan. When it is planned again, approvals of the old one no longer count.</p>
      </Panel>
    </RotationCeremonyPage>
  )
}
