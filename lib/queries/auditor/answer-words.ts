import type { QuestionKey } from '@/lib/domain/auditor/questions'
import type { Debt } from '@/lib/domain/debt'
import { ROLE_TITLE, type Role } from '@/lib/domain/roles'
import { dateInWords, instantInWords, listInWords } from '@/lib/domain/words'
import { formatDuration, plural } from '@/lib/format'
import type { FoundRow } from './question-rows'

/** How grave a row is: `fail` wants an answer, `warn` a look, `note` is for knowing, `pass` is settled. */
export type Gravity = 'fail' | 'warn' | 'note' | 'pass'

/** What a row says: the finding in a sentence, and how it stands in a few words. */
export type Said = { says: string; standing: string; gravity: Gravity }

/** What the words of a row draw on beside its own facts. */
export type Behind = { name: (id: string | null) => string; debts: readonly Debt[]; now: Date }

// The shapes are those that `question-rows.ts` builds; JSON carries instants as texts.
type Facts = Record<string, unknown>
const text = (facts: Facts, key: string): string => String(facts[key] ?? '')
const maybe = (facts: Facts, key: string): string | null => (typeof facts[key] === 'string' ? (facts[key] as string) : null)
const number = (facts: Facts, key: string): number | null => (facts[key] === null || facts[key] === undefined ? null : Number(facts[key]))
const list = (facts: Facts, key: string): string[] => (Array.isArray(facts[key]) ? (facts[key] as string[]) : [])
const instant = (facts: Facts, key: string): Date | null => (maybe(facts, key) === null ? null : new Date(text(facts, key)))

/** The words of one row of an answer. */
export function saidOf(question: Exclude<QuestionKey, 'denied'>, row: FoundRow, behind: Behind): Said {
  switch (question) {
    case 'break-glass':
      return row.kind === 'fallback' ? ofFallback(row, behind) : ofEmergency(row, behind)
    case 'unauthorised':
      return ofUnauthorised(row.facts)
    case 'young-policy':
      return ofYoungPolicy(row)
    case 'overdue-rotations':
      return ofLateRotation(row.facts)
    case 'exceptions-relied-on':
      return ofReliance(row)
    case 'grants':
      return ofGrant(row, behind)
    case 'quick-sign-offs':
      return ofQuickSignOff(row.facts)
    default:
      return question satisfies never
  }
}

function owed(row: FoundRow, { debts }: Behind, over: string): Pick<Said, 'standing' | 'gravity'> {
  const mine = debts.filter(({ subject }) => subject.id === row.id)
  if (mine.length === 0) return { standing: over, gravity: 'pass' }
  const what = `owes ${listInWords(mine.map((debt) => debt.what.toLowerCase()))}`
  return mine.some(({ overdue }) => overdue) ? { standing: `${what}, overdue`, gravity: 'fail' } : { standing: what, gravity: 'warn' }
}

function ofFallback(row: FoundRow, behind: Behind): Said {
  const { facts } = row
  const status = text(facts, 'status')
  const under = maybe(facts, 'incident') ?? maybe(facts, 'ticket')
  const asked = `${text(facts, 'purpose').replaceAll('-', ' ')}${under ? ` under ${under}` : ''}`
  if (status !== 'granted')
    return { says: `Asked for ${asked}.`, standing: status === 'requested' ? 'not decided' : status, gravity: 'note' }
  const [from, returned, expires] = [instant(facts, 'grantedAt'), instant(facts, 'returnedAt'), instant(facts, 'expiresAt')]
  const end = returned ?? expires
  const long = from && end ? formatDuration(end.getTime() - from.getTime()) : 'an unknown time'
  const parts = [
    `Open for ${long}: ${asked}${facts.ownRequest === true ? ', on the commander’s own request' : ''}.`,
    returned
      ? `Closed at ${instantInWords(returned)}.`
      : expires && expires <= behind.now
        ? `Ended by itself at ${instantInWords(expires)}.`
        : 'It is still open.',
    facts.exposed === true ? 'Secrets were exposed.' : null,
    number(facts, 'extensions') ? `Extended ${plural(number(facts, 'extensions') ?? 0, 'time')}.` : null,
  ]
  const isOpen = returned === null && expires !== null && expires > behind.now
  const says = parts.filter(Boolean).join(' ')
  return isOpen ? { says, standing: 'open now', gravity: 'warn' } : { says, ...owed(row, behind, 'everything paid') }
}

function ofEmergency(row: FoundRow, behind: Behind): Said {
  const skipped = list(row.facts, 'skipped')
  const incident = maybe(row.facts, 'incident')
  const says = `Emergency promotion of ${text(row.facts, 'version')}${incident ? ` under ${incident}` : ''}; ${skipped.length === 0 ? 'no gate was skipped' : `skipped ${listInWords(skipped)}`}.`
  const status = text(row.facts, 'status').replace('_', ' ')
  return { says, ...owed(row, behind, `${status}, nothing owed`) }
}

function ofUnauthorised(facts: Facts): Said {
  const reasons = list(facts, 'reasons')
  const how = text(facts, 'how') === 'deploy' ? 'Deployment' : text(facts, 'how') === 'rollback' ? 'Rollback' : 'Redeployment'
  return {
    says: `${how} of ${text(facts, 'version')}. ${reasons.length === 0 ? 'No reason was kept.' : reasons.join(' ')}`,
    standing: text(facts, 'status').replace('_', ' '),
    gravity: 'fail',
  }
}

function ofYoungPolicy({ kind, facts }: FoundRow): Said {
  const age = formatDuration(number(facts, 'ageMs') ?? 0)
  const policy = `Policy version ${text(facts, 'policy')} was ${age} old.`
  const own = facts.ownPolicy === true
  const did =
    kind === 'deployment'
      ? `Deployment of ${text(facts, 'version')} started.`
      : `${text(facts, 'decision') === 'approve' ? 'Signed' : 'Declined'} version ${text(facts, 'number')} as ${text(facts, 'capacity')}.`
  return {
    says: `${did} ${policy}${own ? ' Whoever decided had applied it themselves.' : ''}`,
    standing: own ? 'applied by the same person' : `${age} old`,
    gravity: own ? 'fail' : 'warn',
  }
}

function ofLateRotation(facts: Facts): Said {
  const due = instant(facts, 'dueAt')
  const ended = instant(facts, 'endedAt')
  const late = formatDuration(number(facts, 'lateMs') ?? 0)
  const status = text(facts, 'status').replace('_', ' ')
  return {
    says: `Due ${due ? dateInWords(due) : 'at no known time'}, ${ended ? `ended ${dateInWords(ended)}` : 'not ended yet'}.`,
    standing: `${status}, ${late} late`,
    gravity: ended ? 'warn' : 'fail',
  }
}

function ofReliance({ id, facts }: FoundRow): Said {
  const gates = list(facts, 'gates')
  const expired = facts.expired === true
  const parts = [
    text(facts, 'sentence'),
    gates.length > 0 ? `It covered ${listInWords(gates)}.` : null,
    expired ? 'Its end had passed when the version was sealed.' : null,
  ]
  const count = number(facts, 'signed') ?? 0
  const ended = maybe(facts, 'endedBy')
  return {
    says: parts.filter(Boolean).join(' '),
    standing: `${id} v${text(facts, 'number')}, ${plural(count, 'signature')}${ended ? `, ${ended}` : ''}`,
    gravity: expired ? 'fail' : gates.length > 0 ? 'warn' : 'note',
  }
}

function ofGrant({ system, facts }: FoundRow, { name, now }: Behind): Said {
  const role = ROLE_TITLE[text(facts, 'role') as Role] ?? text(facts, 'role')
  const ends = instant(facts, 'endsAt')
  const revoked = maybe(facts, 'revokedBy')
  const self = facts.self === true
  const until = ends === null ? 'without an end' : `until ${instantInWords(ends)}`
  const signatures = number(facts, 'signatures') ?? 0
  const ended = revoked !== null && ends !== null && ends <= now
  return {
    says: `${role} to ${name(maybe(facts, 'to'))} for ${system === null ? 'every system' : 'this system'}, ${until}.${ended ? ` Ended by ${name(revoked)}.` : ''} ${signatures === 0 ? 'No signature rests on it.' : `${plural(signatures, 'signature rests', 'signatures rest')} on it.`}`,
    standing: self ? 'granted to themselves' : ended || (ends !== null && ends <= now) ? 'over' : 'holds',
    gravity: self ? (signatures > 0 ? 'fail' : 'warn') : 'note',
  }
}

function ofQuickSignOff(facts: Facts): Said {
  const after = number(facts, 'afterMs')
  const did = text(facts, 'decision') === 'approve' ? 'Signed' : 'Declined'
  const says = `${did} version ${text(facts, 'number')} as ${text(facts, 'capacity')}, ${after === null ? 'with no opening of the dossier on the record' : `${formatDuration(after)} after first opening it`}.`
  return {
    says,
    standing: after === null ? 'never opened' : `${formatDuration(after)} after opening`,
    gravity: facts.withdrawn === true ? 'note' : 'warn',
  }
}
