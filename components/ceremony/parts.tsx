import './ceremony.css'
import { Check, Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import { Panel, Paper } from '@/components/layout/page'
import { Statement } from '@/components/ui/banner'
import { Button, LinkButton } from '@/components/ui/button'
import { Hash } from '@/components/ui/hash'
import { PageHead } from '@/components/ui/section'
import { WhyCan } from '@/components/ui/signature'
import { StatusGlyph } from '@/components/ui/status'
import { Steps, ViewSwitch } from '@/components/ui/tabs'
import type { Refusal } from '@/lib/domain/refusal'
import { SealResult } from './sealed'

// What every decision on a sealed text looks like, whatever it is about: a dossier, a plan, a request.

/** What is being done: the words of a page. */
export type CeremonyVerb = 'sign' | 'approve' | 'decline' | 'grant' | 'refuse'
export const VERB = { sign: 'Sign', approve: 'Approve', decline: 'Decline', grant: 'Grant', refuse: 'Refuse' } as const

type Line = { holds: boolean; sentence: string }
type Slot = { key: string; title: string }

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
  ceremony: { choices: readonly Slot[]; slot: Slot; whyNot: Refusal | null }
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

/** What to know before pressing: it is the version that was read, its hash, whatever else there is (`more`), and what cannot be undone. */
export function Assurances({ version, more, permanent }: { version: ReactNode; more?: ReactNode; permanent: string }) {
  return (
    <ul className="mt-3.5 grid gap-[9px]">
      <AssuranceLine icon={<Check size={18} className="pass" />}>{version}</AssuranceLine>
      <li>
        <SealResult />
      </li>
      {more}
      <AssuranceLine icon={<Lock size={18} className="c3" />}>{permanent}</AssuranceLine>
    </ul>
  )
}

/** One thing to know, with its mark. */
export function AssuranceLine({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <li className="grid grid-cols-[20px_minmax(0,1fr)] gap-[9px]">
      <span className="pt-0.5">{icon}</span>
      <span>{children}</span>
    </li>
  )
}

/** The separation of duties, one computed sentence a line. */
export function SeparationOf({ title, lines }: { title: string; lines: readonly Line[] }) {
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

/** Somebody may not decide here: the rule that stands in the way, in its own words, and where to go. Stands inside the frame of its page. */
export function Denied({
  ceremony,
  verb,
  lead,
  back,
  children,
}: {
  ceremony: { slot: Slot; whyNot: Refusal | null; lines: readonly Line[] }
  verb: CeremonyVerb
  lead: string
  back: { href: string; label: string }
  children?: ReactNode
}) {
  const { slot, whyNot, lines } = ceremony
  return (
    <>
      <Paper>
        <PageHead title={`You cannot ${verb} this as ${slot.title}`} lead={lead} />
        {children}
        <section aria-label="Actions" className="pbar mt-4">
          <Button refusal={whyNot} size="lg" full>
            {VERB[verb]} as {slot.title}
          </Button>
          <LinkButton href={back.href} size="lg">
            {back.label}
          </LinkButton>
        </section>
      </Paper>
      <Panel label="Why">
        <h2 className="h2">The rules, for you</h2>
        <SeparationOf title={`About you and ${slot.title}`} lines={lines} />
      </Panel>
    </>
  )
}

/** There is nothing to decide: another version is live than the one that was read, or none is. Stands inside the frame of its page. */
export function Moved({ title, lead, meaning, children }: { title: string; lead: string; meaning: string; children: ReactNode }) {
  return (
    <>
      <Paper>
        <PageHead title={title} lead={lead} />
        <section aria-label="Actions" className="pbar mt-5">
          {children}
        </section>
      </Paper>
      <Panel label="What this means">
        <p className="c2">{meaning}</p>
      </Panel>
    </>
  )
}
