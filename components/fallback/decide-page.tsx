import type { StepUpAction } from '@/components/ceremony/decision'
import { Assurances, CapacityChoice, CeremonyStatement, Denied, Moved, SeparationOf, VERB } from '@/components/ceremony/parts'
import { SealedText, WhileSealed } from '@/components/ceremony/sealed'
import { Page, Panel, Paper } from '@/components/layout/page'
import { LinkButton } from '@/components/ui/button'
import { Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import type { FormAction } from '@/lib/http/form-state'
import type { FallbackCeremony, NoFallbackCeremony } from '@/lib/queries/fallback'
import { routes } from '@/lib/routes'
import { GrantForm, RefuseForm } from './decide-forms'
import { SealedRequest } from './sealed-request'

type Verb = 'grant' | 'refuse'
const hrefOf = { grant: routes.fallbackGrant, refuse: routes.fallbackRefuse } as const

/** A grant or a refusal, on one page: what is sealed, the statement, the same hash computed here, the password (000.20, 000.23, T01, T32). */
export function DecidePage({
  ceremony,
  verb,
  actions,
}: {
  ceremony: FallbackCeremony | NoFallbackCeremony
  verb: Verb
  actions: { stepUp: StepUpAction; decide: FormAction }
}) {
  if (!('slot' in ceremony)) return <DecisionMoved ceremony={ceremony} verb={verb} />
  const { facts, slot, sealed, whyNot } = ceremony
  const back = routes.fallback(facts.id)
  const name = `${VERB[verb]} as ${slot.title}`
  const choice = (
    <CapacityChoice
      ceremony={ceremony}
      verb={verb}
      hrefOf={(key) => hrefOf[verb](facts.id, { slot: key, version: whyNot ? undefined : sealed.number })}
    />
  )
  if (whyNot)
    return (
      <Frame ceremony={ceremony} title={name}>
        <Denied ceremony={ceremony} verb={verb} lead={whatWords(ceremony)} back={{ href: back, label: 'Open the request' }}>
          {choice}
        </Denied>
      </Frame>
    )
  const common = {
    fallback: facts.id,
    slot,
    sealedHash: sealed.hash,
    stepUp: actions.stepUp,
    decide: actions.decide,
    here: hrefOf[verb](facts.id, { slot: slot.key, version: sealed.number }),
    back,
  }
  return (
    <SealedText canonical={sealed.canonical} hash={sealed.hash} what="request">
      <Frame ceremony={ceremony} title={name} step={`version ${sealed.number}`}>
        <Paper>
          <h1 className="h1" id="h">
            You are about to {verb} this
          </h1>
          <p className="lead">{whatWords(ceremony)}</p>
          {choice}
          <CeremonyStatement ceremony={ceremony} />
          {ceremony.reason ? (
            <p className="c2 mt-3.5">
              {facts.sealed?.requester.name ?? facts.askedBy.name} wrote: <Visible text={ceremony.reason} />
            </p>
          ) : null}
          <Assurances
            version={
              <>
                Version {sealed.number}, sealed <Time at={sealed.sealedAt} show="today" />.
              </>
            }
            permanent={permanentWords(ceremony, verb)}
          />
          <div className="mt-4">
            <WhileSealed>{verb === 'grant' ? <GrantForm {...common} /> : <RefuseForm {...common} />}</WhileSealed>
          </div>
        </Paper>
        <Panel label="What you decide on">
          <h2 className="h2 mb-3">What you decide on</h2>
          <SealedRequest
            names={{
              system: facts.system.name,
              askedBy: facts.sealed?.requester.name ?? facts.askedBy.name,
              files: Object.fromEntries(facts.rule.mappings.map(({ id, file, variable }) => [id, file ?? `a file for ${variable}`])),
              allows: facts.rule.kind === 'break_glass' ? facts.rule.allows : null,
            }}
          />
          <SeparationOf title={`Why you may ${verb} as ${slot.title}`} lines={ceremony.lines} />
        </Panel>
      </Frame>
    </SealedText>
  )
}

function Frame({
  ceremony: { facts },
  title,
  step,
  children,
}: {
  ceremony: Pick<FallbackCeremony, 'facts'>
  title: string
  step?: string
  children: React.ReactNode
}) {
  return (
    <Page
      crumbs={[{ label: 'Break glass', href: routes.breakGlass() }, { label: facts.id, href: routes.fallback(facts.id) }, { label: title }]}
      phone={{ back: routes.fallback(facts.id), title, aside: step }}
      layout="dossier"
      system={facts.system.id}
    >
      {children}
    </Page>
  )
}

function DecisionMoved({ ceremony, verb }: { ceremony: NoFallbackCeremony; verb: Verb }) {
  const { facts, read, live } = ceremony
  return (
    <Frame ceremony={ceremony} title={`${VERB[verb]} ${facts.id}`}>
      <Moved
        title={live === null ? `Nothing of ${facts.id} waits for a decision` : `Version ${live} took the place of version ${read}`}
        lead="Nothing of yours was recorded."
        meaning="A decision belongs to one sealed text: what is allowed, until when and why. When another is sealed, that one is read first."
      >
        <LinkButton href={routes.fallback(facts.id)} variant="primary" size="lg">
          See where it stands
        </LinkButton>
      </Moved>
    </Frame>
  )
}

function whatWords({ facts, isExtension }: FallbackCeremony): string {
  return `${isExtension ? 'More time for' : 'Asked for:'} ${facts.rule.title} on ${facts.system.name} ${facts.rule.profile.id}. ${facts.id}.`
}

function permanentWords({ isExtension }: FallbackCeremony, verb: Verb): string {
  if (verb === 'grant') return 'Permanent in the audit trail. Once every slot is filled the glass is open; it can be closed at any time.'
  return isExtension ? 'It ends the request for more time. The glass closes when it would have.' : 'It ends the request. Nothing was open.'
}
