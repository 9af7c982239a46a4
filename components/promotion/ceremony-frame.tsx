import './ceremony.css'
import { Check, Lock, MessageCircleQuestion } from 'lucide-react'
import type { ReactNode } from 'react'
import { Page, Panel, Paper } from '@/components/layout/page'
import { Statement } from '@/components/ui/banner'
import { Button, LinkButton } from '@/components/ui/button'
import { Hash } from '@/components/ui/hash'
import { Link } from '@/components/ui/link'
import { PageHead } from '@/components/ui/section'
import { WhyCan } from '@/components/ui/signature'
import { StatusGlyph } from '@/components/ui/status'
import { Steps, ViewSwitch } from '@/components/ui/tabs'
import { Time } from '@/components/ui/time'
import { plural } from '@/lib/format'
import type { Ceremony, NoCeremony } from '@/lib/queries/sign-ceremony'
import { routes } from '@/lib/routes'
import { SealResult } from './ceremony-sealed'

/** What is being done: the words of a page. */
export type CeremonyVerb = 'sign' | 'approve' | 'decline' | 'grant' | 'refuse'
const VERB = { sign: 'Sign', approve: 'Approve', decline: 'Decline', grant: 'Grant', refuse: 'Refuse' } as const

/** Frame of every step: breadcrumbs, on a phone the capacity and the step. */
export function CeremonyPage({
  promotion,
  system,
  title,
  step,
  back,
  children,
}: {
  promotion: string
  /** Its system, where somebody may decide: only news of that one interrupt. */
  system?: string
  title: string
  step?: string
  back: string
  children: ReactNode
}) {
  return (
    <Page
      crumbs={[
        { label: 'Promotions', href: routes.promotions() },
        { label: promotion, href: routes.promotion(promotion) },
        { label: title },
      ]}
      phone={{ back, title, aside: step }}
      layout="dossier"
      system={system}
    >
      {children}
    </Page>
  )
}

const STEPS = ['Read', 'Confirm', 'Receipt']

/** Where the ceremony stands, 1 to 3. */
export function CeremonySteps({ now }: { now: number }) {
  return (
    <Steps
      items={STEPS.map((label, index) => {
        const state = index + 1 < now ? 'done' : index + 1 === now ? 'now' : 'next'
        return { label, state, glyph: <StatusGlyph status={state === 'done' ? 'pass' : state === 'now' ? 'running' : 'waiting'} /> }
      })}
    />
  )
}

/** The slots somebody may decide in, where there are several: the statement follows the choice. Under a refusal, those that are left to them. */
export function CapacityChoice({
  ceremony,
  verb,
  hrefOf,
}: {
  ceremony: Pick<Ceremony, 'choices' | 'slot' | 'whyNot'>
  verb: CeremonyVerb
  hrefOf: (slot: string) => string
}) {
  const { choices, slot, whyNot } = ceremony
  const others = choices.filter(({ key }) => key !== slot.key)
  if (others.length === 0) return null
  return (
    <div className="mt-3">
      <ViewSwitch
        label={whyNot ? `You can ${verb} as` : `${VERB[verb]} as`}
        showLabel
        items={(whyNot ? others : choices).map(({ key, title }) => ({ label: title, href: hrefOf(key), current: key === slot.key }))}
      />
      <p className="c3 t-xs mt-1">One of them: one person, one signature.</p>
    </div>
  )
}

/** The first-person statement with the seal of what it is about. */
export function CeremonyStatement({ ceremony }: { ceremony: { statement: string; sealed: { hash: string } } }) {
  return (
    <Statement>
      {ceremony.statement}
      <span className="mt-3 flex">
        <Hash hash={ceremony.sealed.hash} groups={3} seal="medium" />
      </span>
    </Statement>
  )
}

/** What to know before pressing: it is the version that was read, its hash, questions, and what cannot be undone. */
export function CeremonyAssurances({ ceremony, permanent }: { ceremony: Ceremony; permanent: string }) {
  const { sealed, questions } = ceremony
  return (
    <ul className="mt-3.5 grid gap-[9px]">
      <Line icon={<Check size={18} className="pass" />}>
        Same version you read: <b className="b">{sealed.number}</b>. No changes since <Time at={sealed.sealedAt} show="today" />.
      </Line>
      <li>
        <SealResult />
      </li>
      {questions > 0 ? (
        <Line icon={<MessageCircleQuestion size={18} className="warn" />}>
          {plural(questions, 'question was', 'questions were')} asked since the seal.{' '}
          <Link className="link" href={routes.promotion(ceremony.promotion)}>
            Read the discussion
          </Link>
        </Line>
      ) : null}
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

/** The separation of duties, one computed sentence a line. */
export function SeparationOf({ title, lines }: { title: string; lines: Ceremony['lines'] }) {
  return (
    <WhyCan
      title={title}
      reasons={lines.map(({ holds, sentence }) => ({
        key: sentence,
        glyph: <StatusGlyph status={holds ? 'pass' : 'denied'} size={13} />,
        text: `${sentence.replace(/\.$/, '')}.`,
      }))}
    />
  )
}

/** Somebody may not decide here: the rule that stands in the way, in its own words, and where to go. */
export function CeremonyDenied({ ceremony, verb, children }: { ceremony: Ceremony; verb: CeremonyVerb; children?: ReactNode }) {
  const { promotion, slot, whyNot } = ceremony
  const name = `${VERB[verb]} as ${slot.title}`
  return (
    <CeremonyPage promotion={promotion} title={name} back={routes.promotion(promotion)}>
      <Paper>
        <PageHead
          title={`You cannot ${verb} this as ${slot.title}`}
          lead={`${ceremony.system.name} ${ceremony.version}, ${ceremony.from.id} to ${ceremony.to.id}. Version ${ceremony.sealed.number} of ${promotion}.`}
        />
        {children}
        <section aria-label="Actions" className="pbar mt-4">
          <Button refusal={whyNot} size="lg" full>
            {name}
          </Button>
          <LinkButton href={routes.promotion(promotion)} size="lg">
            Open the dossier
          </LinkButton>
        </section>
      </Paper>
      <Panel label="Why">
        <h2 className="h2">The rules, for you</h2>
        <SeparationOf title={`About you and ${slot.title}`} lines={ceremony.lines} />
      </Panel>
    </CeremonyPage>
  )
}

/** There is nothing to decide: another version is live than the one that was read, or none is. */
export function CeremonyMoved({ moved, verb }: { moved: NoCeremony; verb: CeremonyVerb }) {
  const { promotion, read, live } = moved
  const title =
    live === null
      ? read === 0
        ? 'Nothing is sealed yet'
        : `Version ${read} no longer stands`
      : `Version ${live} took the place of version ${read}`
  return (
    <CeremonyPage promotion={promotion} title={`${VERB[verb]} ${promotion}`} back={routes.promotion(promotion)}>
      <Paper>
        <PageHead
          title={title}
          lead={
            live === null
              ? 'Nothing of yours was recorded. The Release Manager seals the next version; then it can be read and decided on.'
              : 'Nothing of yours was recorded, and nothing stays ticked. See what differs, then decide on the version that is live.'
          }
        />
        <section aria-label="Actions" className="pbar mt-5">
          {live === null ? null : (
            <LinkButton href={routes.promotionCompare(promotion, { from: read, to: live })} variant="primary" size="lg">
              Compare version {read} with {live}
            </LinkButton>
          )}
          <LinkButton href={routes.promotion(promotion)} size="lg" variant={live === null ? 'primary' : 'default'}>
            Open the dossier
          </LinkButton>
        </section>
      </Paper>
      <Panel label="What this means">
        <p className="c2">
          A signature belongs to one sealed text. When a new one is sealed, signatures on the old one are struck through and everybody
          decides again.
        </p>
      </Panel>
    </CeremonyPage>
  )
}
