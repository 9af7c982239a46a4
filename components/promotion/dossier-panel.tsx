import { NotebookText, Rocket, Signature } from 'lucide-react'
import { Fragment } from 'react'
import { DenyLine } from '@/components/ui/banner'
import { Button, LinkButton } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { Link } from '@/components/ui/link'
import { SignatureLine, WhyCan } from '@/components/ui/signature'
import { StickyBar } from '@/components/ui/stat-tile'
import { StatusGlyph } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import type { FormAction } from '@/lib/http/form-state'
import type { PromotionDossier, SlotLine } from '@/lib/queries/promotion-dossier'
import { routes } from '@/lib/routes'
import { RepinForm, SealForm, WindowForm, WithdrawForm } from './dossier-forms'
import { WhenSealed } from './dossier-seal-check'
import { isOver, nextNumber, readable, signersWords, slotWho } from './dossier-words'

/** The signature lines of a dossier: who signed, who could, what was struck when an earlier version fell. */
export function Signatures({ d }: { d: PromotionDossier }) {
  const signed = d.slots.filter((slot) => slot.signed !== null).length
  return (
    <>
      <div className="row between">
        <h2 className="h2">Signatures</h2>
        <span className="c2 t-xs num">
          {signed} of {d.slots.length}
        </span>
      </div>
      <div className="sign">
        {d.slots.map((slot) => (
          <Line key={slot.key} d={d} slot={slot} />
        ))}
      </div>
      {d.sealed && d.openings.length > 0 ? (
        <p className="t-xs c3 mt-2">
          Version {d.sealed.number} first opened by{' '}
          {d.openings.map(({ name, at }, index) => (
            <Fragment key={`${name} ${at.getTime()}`}>
              {index > 0 ? ', ' : ''}
              {name} <Time at={at} show="today" />
            </Fragment>
          ))}
          .
        </p>
      ) : null}
    </>
  )
}

function Line({ d, slot }: { d: PromotionDossier; slot: SlotLine }) {
  const yours = d.yours?.slot.key === slot.key && slot.whyNotSign === null
  if (slot.signed && d.sealed) {
    return (
      <SignatureLine
        capacity={slot.title}
        state={d.phase === 'voided' ? 'struck' : 'signed'}
        name={slot.signed.name}
        hash={d.sealed.hash}
        under={
          <Link className="link" href={routes.signature(slot.signed.id)}>
            <Time at={slot.signed.at} show="today" />
            {slot.signed.mine ? ', you' : ''}
          </Link>
        }
      />
    )
  }
  const earlier = d.versions
    .filter(({ endedAt }) => endedAt !== null)
    .flatMap((version) =>
      version.signOffs
        .filter((signOff) => signOff.capacity === slot.title && signOff.decision === 'approve')
        .map((signOff) => ({ ...signOff, version: version.number })),
    )[0]
  return (
    <>
      <SignatureLine
        capacity={slot.title}
        state={yours ? 'you' : 'open'}
        aside={yours ? undefined : isOver(d) ? 'not signed' : slot.last ? (d.yours ? 'after you' : 'signs last') : undefined}
        under={isOver(d) ? undefined : slotWho(slot.who.map(({ name }) => name))}
      />
      {earlier && !isOver(d) ? (
        <p className="t-2xs c3 px-0.5">
          <del>
            {earlier.name} signed version {earlier.version}
          </del>
        </p>
      ) : null}
    </>
  )
}

/** What the viewer may do about the sealed version: sign, ask, decline; or the sentence why not. Sticks to the bottom of a phone. */
export function YourAction({ d }: { d: PromotionDossier }) {
  if (isOver(d)) return null
  if (d.isReadOnly) {
    return (
      <div className="mt-5">
        <DenyLine>Read only. {signersWords(d)}</DenyLine>
      </div>
    )
  }
  const { yours, sealed } = d
  const decline = yours && sealed ? routes.promotionDecline(d.id, { slot: yours.slot.key, version: sealed.number }) : null
  const rest = (
    <div className="row gap-2">
      <LinkButton href="#discussion" className="grow">
        Ask a question
      </LinkButton>
      {decline ? (
        <LinkButton href={decline} className="grow">
          Decline
        </LinkButton>
      ) : null}
    </div>
  )
  if (yours && sealed && yours.slot.whyNotSign === null) {
    return (
      <WhenSealed>
        <div className="mt-[22px]">
          <StickyBar label="Your action">
            <LinkButton
              variant="primary"
              size="lg"
              full
              href={routes.promotionSign(d.id, { slot: yours.slot.key, version: sealed.number })}
              icon={<Signature size={18} aria-hidden="true" />}
            >
              Sign as {yours.slot.title}
            </LinkButton>
            <div className="mt-2 max-sm:mt-0">{rest}</div>
          </StickyBar>
        </div>
        <p className="t-2xs c3 mt-[9px]">
          Next you read the statement back and enter your password again. A signature is permanent; you can withdraw it until the deployment
          starts.
        </p>
      </WhenSealed>
    )
  }
  return (
    <div className="mt-[22px] grid gap-2">
      <Button size="lg" full refusal={d.whyNotYours ?? { sentence: 'Nothing is left for you to sign.' }}>
        {yours ? `Sign as ${yours.slot.title}` : 'Sign'}
      </Button>
      {rest}
    </div>
  )
}

/** Why the viewer may sign, as it is kept with the signature. */
export function WhyYouMay({ d }: { d: PromotionDossier }) {
  if (!d.yours || isOver(d)) return null
  const { lines, slot } = d.yours
  return (
    <WhyCan
      title={slot.whyNotSign === null ? 'Why you may sign' : 'What is known of you and this version'}
      reasons={lines.map(({ holds, sentence }) => ({
        key: sentence,
        glyph: <StatusGlyph status={holds ? 'pass' : 'denied'} size={14} />,
        text: sentence.replace(/\.$/, ''),
      }))}
    />
  )
}

export type PanelActions = Record<'seal' | 'setWindow' | 'repin' | 'withdraw', FormAction>

/** What a Release Manager does with a promotion; for others the same, folded, each with the sentence why not. */
export function ManageSection({ d, actions }: { d: PromotionDossier; actions: PanelActions }) {
  if (isOver(d) || d.isReadOnly) return null
  const acts = <Manage d={d} actions={actions} />
  return (
    <section className="border-line mt-5 border-t pt-4" aria-label="Managing the promotion">
      {d.manages ? (
        <>
          <h2 className="h3 mb-2.5">As Release Manager</h2>
          {acts}
        </>
      ) : (
        <Disclosure summary="Seal, window, withdrawal, deployment">{acts}</Disclosure>
      )}
    </section>
  )
}

function Manage({ d, actions }: { d: PromotionDossier; actions: PanelActions }) {
  const { window } = d.dossier
  const number = d.sealed?.number ?? null
  const sealFirst = d.may.seal === null
  return (
    <div className="grid gap-2.5">
      {d.sealed && d.moved.length === 0 && d.manages ? null : (
        <SealForm
          action={actions.seal}
          promotion={d.id}
          number={nextNumber(d)}
          whyNot={d.may.seal}
          primary={sealFirst && d.yours?.slot.whyNotSign !== null}
        />
      )}
      {d.phase === 'approved' || d.may.deploy === null || !d.manages ? (
        <LinkButton
          variant={d.may.deploy === null ? 'primary' : 'default'}
          full
          href={routes.deploymentNew({ system: d.system.id, profile: d.to.id, version: d.dossier.release.version, promotion: d.id })}
          icon={<Rocket size={15} aria-hidden="true" />}
          refusal={d.may.deploy && { sentence: d.may.deploy.sentence, details: d.may.deploy.details?.map(readable) }}
        >
          Start the deployment
        </LinkButton>
      ) : null}
      <WindowForm
        action={actions.setWindow}
        promotion={d.id}
        startsAt={window?.startsAt.slice(0, 16) ?? ''}
        endsAt={window?.endsAt.slice(0, 16) ?? ''}
        sealed={number}
        whyNot={d.may.setWindow}
      />
      {d.policy.activeNumber === d.policy.number ? null : (
        <RepinForm
          action={actions.repin}
          promotion={d.id}
          from={d.policy.number}
          to={d.policy.activeNumber}
          sealed={number}
          whyNot={d.may.repin}
        />
      )}
      <LinkButton
        full
        href={routes.note(d.system.id, d.to.id, d.dossier.release.version)}
        icon={<NotebookText size={15} aria-hidden="true" />}
      >
        {d.manages ? 'Release notes and their summary' : 'Release notes'}
      </LinkButton>
      <WithdrawForm action={actions.withdraw} promotion={d.id} whyNot={d.may.withdraw} />
    </div>
  )
}

/** Everything that stands between this dossier and its deployment, with who can move each. */
export function NotYetList({ d }: { d: PromotionDossier }) {
  if (isOver(d) || d.notYet.length === 0 || d.runningDeployment) return null
  return (
    <div className="border-line mt-4 border-t pt-3">
      <Disclosure summary={`What stands before ${d.to.id} (${d.notYet.length})`}>
        <ul className="t-xs c2 grid gap-2 pt-1">
          {d.notYet.map(({ sentence, who }) => (
            <li key={sentence}>
              {readable(sentence)}
              {who ? <span className="c3 block">Can move it: {who}</span> : null}
            </li>
          ))}
        </ul>
      </Disclosure>
    </div>
  )
}
