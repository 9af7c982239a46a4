import { AskForm } from '@/components/fallback/ask-form'
import type { AskFormView } from '@/components/fallback/ask-incident'
import { ChooseRule, RulesByProfile } from '@/components/fallback/ask-rules'
import { OpenNow, Past, Unpaid, Waiting } from '@/components/fallback/fallback-lists'
import { capital, namesInShort, PURPOSE } from '@/components/fallback/fallback-words'
import { GlassPage } from '@/components/fallback/glass-frame'
import { EmptyState } from '@/components/ui/banner'
import { Link } from '@/components/ui/link'
import { Pagination } from '@/components/ui/pagination'
import { Section } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { formatDuration } from '@/lib/domain/duration'
import { OWN_REQUEST_SLOT } from '@/lib/domain/fallback'
import type { SaferWay } from '@/lib/domain/fallback-rule'
import { listWords, plural } from '@/lib/format'
import { encodeCursor } from '@/lib/http/page'
import { positionOf } from '@/lib/http/position'
import { type AskDetail, getAskPage } from '@/lib/queries/fallback-ask'
import { type FallbackPosition, type FallbackRow, getGlassNow, listPast } from '@/lib/queries/fallbacks'
import { routes } from '@/lib/routes'
import { stepUpAction } from '../actions'
import { askAction, declareFirstAction, openAction } from './actions'

export const metadata = { title: 'Break glass' }

type Props = { searchParams: Promise<{ system?: string; rule?: string; incident?: string; after?: string }> }

const LIST = 'break-glass'

/** What may I open, and how do I close it? One screen for somebody who was woken up (ux.md section 10). */
export default async function BreakGlassPage({ searchParams }: Props) {
  const { system, rule, incident, after: cursor } = await searchParams
  const viewer = await requireViewer(routes.breakGlass({ system, rule, incident }))
  const after = positionOf(LIST, cursor) as FallbackPosition | null // two values, as we encoded them
  const here = (next?: string) => routes.breakGlass({ system, rule, incident, after: next })
  const [page, glass, past] = await Promise.all([
    getAskPage(viewer, { system, rule, incident }),
    getGlassNow(viewer),
    listPast(viewer, { limit: 20, after }),
  ])
  const { chosen, choices } = page
  const already = [...glass.open, ...glass.waiting].find((row) => row.system.slug === chosen?.system.slug && row.rule === chosen.rule.id)
  return (
    <GlassPage
      crumbs={[{ label: 'Break glass' }]}
      back={chosen && system ? routes.system(system) : routes.inbox()}
      system={chosen?.system.slug}
    >
      <OpenNow rows={glass.open} />
      {chosen ? (
        <>
          <h1>
            Allow {titleOf(chosen)} on {chosen.system.name} {chosen.rule.profile.id}
          </h1>
          <p className="c2 mt-1.5">{leadOf(chosen)}</p>
          {already ? (
            <p className="note">
              <b>{already.id}</b> {already.phase === 'open' ? 'is open for this now.' : 'asks for the same already.'}{' '}
              <Link className="link" href={routes.fallback(already.id)}>
                Go there
              </Link>
            </p>
          ) : null}
          <AskForm
            key={`${chosen.system.slug} ${chosen.rule.id} ${chosen.incident ?? ''}`}
            view={viewOf(chosen, already)}
            actions={{ ask: askAction, stepUp: stepUpAction, open: openAction, declare: declareFirstAction }}
          >
            <RulesByProfile
              system={chosen.system}
              rules={chosen.rules}
              current={chosen.rule.id}
              more={choices.filter(({ whyNot }) => whyNot === null).length > 1}
            />
          </AskForm>
        </>
      ) : (
        <>
          <h1>{choices.some(({ whyNot }) => whyNot === null) ? 'What do you have to open?' : 'Break glass'}</h1>
          {choices.length === 0 ? (
            <EmptyState big>No policy of a system that you see names anything that may be allowed in an emergency.</EmptyState>
          ) : (
            <ChooseRule choices={choices} />
          )}
        </>
      )}
      <Section title="Waits for a grant">
        <div className="pt-2">
          <Waiting rows={glass.waiting} />
        </div>
      </Section>
      <Section title="Unpaid" aside={glass.debts.length === 0 ? undefined : glass.debts.length} id="unpaid">
        <div className="pt-2">
          <Unpaid debts={glass.debts} empty="Nothing is owed." />
        </div>
      </Section>
      <Section title="Earlier">
        <div className="pt-2">
          <Past rows={past.rows} empty="The glass was never broken." />
          <Pagination
            next={past.next ? here(encodeCursor(LIST, past.next)) : null}
            first={after ? here() : null}
            summary={past.rows.length > 0 ? plural(past.rows.length, after ? 'older one' : 'earlier one') : undefined}
          />
        </div>
      </Section>
      <p className="c2 mt-6">
        What burns, and what burnt:{' '}
        <Link className="link" href={routes.incidents()}>
          Incidents
        </Link>
      </p>
    </GlassPage>
  )
}

function titleOf({ rule }: AskDetail): string {
  if (rule.kind === 'break_glass') return rule.title
  return rule.mappings.length === 1 ? 'the fallback key file' : 'the fallback key files'
}

function leadOf({ asks, opensAlone, incidents, rule, whyNot }: AskDetail): string {
  if (whyNot || asks === null) return capital(rule.fallback.text)
  if (opensAlone) {
    const once = incidents.length > 0 ? 'You can do this alone' : 'Once an incident is open you can do this alone'
    return `You are ${asks}. ${once}; a second person reviews it afterwards.`
  }
  const granted = listWords(rule.fallback.slots.map(({ title }) => title))
  return `You are ${asks}. ${granted || 'Nobody'} grants it; nothing is open before.`
}

function viewOf(chosen: AskDetail, already: FallbackRow | undefined): AskFormView {
  const { rule, safer } = chosen
  const { fallback } = rule
  return {
    system: chosen.system.slug,
    systemName: chosen.system.name,
    profile: rule.profile.id,
    rule: rule.id,
    files: rule.mappings.map(({ id, file, variable }) => ({ mapping: id, file: file ?? `a file for ${variable}` })),
    allows: rule.kind === 'break_glass' ? rule.allows : null,
    purposes: chosen.purposes.map((value) => ({ value, label: PURPOSE[value] ?? value })),
    needsTicket: fallback.needs.includes('ticket'),
    needsIncident: fallback.needs.includes('open-incident'),
    incidents: chosen.incidents.map(({ openedAt, ...incident }) => ({ ...incident, openedAt: openedAt.toISOString() })),
    incident: chosen.incident,
    lengths: chosen.lengths,
    safer: safer && saferLine(safer),
    opensAlone: chosen.opensAlone,
    ownSlot: OWN_REQUEST_SLOT,
    after: `${namesInShort(chosen.tells, 2)}. Clean-up${fallback.cleanUp.evidence ? ' evidence' : ''} is due within ${formatDuration(fallback.cleanUp.within)} of its end.`,
    whyNot: chosen.whyNot ?? (already ? { sentence: `One at a time: ${already.id} is there already.` } : null),
    whyNotDeclare: chosen.whyNotDeclare,
  }
}

/** The line of a safer way, with the id of what to go to set apart. */
function saferLine({ sentence, rotation }: SaferWay): AskFormView['safer'] {
  if (rotation === null) return { text: sentence, strong: null, rest: '', href: null }
  const [text = '', rest = ''] = sentence.split(rotation)
  return { text, strong: rotation, rest, href: routes.rotation(rotation) }
}
