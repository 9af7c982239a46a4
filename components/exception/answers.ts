import type { RuleOffer } from '@/lib/queries/exception-new'
import { EXCEPTION_LENGTHS, UNTIL_DATE } from '@/lib/schemas/exception-lengths'
import type { Draft } from './draft'
import { inputOf, instantOf } from './when-input'

/** The six answers as they are typed; a draft is the same. */
export type Answers = Draft

/** What the form begins with: what is known is filled in, and a length whose end is still to come. */
export function firstAnswers(
  chosen: { profile: string; rule: string; observed: string } | null,
  rule: RuleOffer | undefined,
  profile: string,
  me: string,
  now: Date,
): Answers {
  const since = rule?.finding ? new Date(rule.finding.since) : now
  return {
    profile: chosen?.profile ?? profile,
    rule: chosen?.rule ?? '',
    observed: chosen?.observed ?? '',
    reason: '',
    startsAt: inputOf(since),
    owner: me,
    remediation: '',
    ...lengthFrom(inputOf(since), now),
  }
}

/** The length to begin with: 24 hours, or the next that is not over yet; a date where all of them are. */
export function lengthFrom(startsAt: string, now: Date): Pick<Answers, 'duration' | 'until'> {
  const start = instantOf(startsAt) ?? now
  const day = EXCEPTION_LENGTHS.findIndex(({ value }) => value === '24h')
  const length = EXCEPTION_LENGTHS.slice(day).find(({ ms }) => start.getTime() + ms > now.getTime())
  const until = inputOf(new Date(Math.ceil((now.getTime() + 24 * 3_600_000) / 900_000) * 900_000))
  return { duration: length?.value ?? UNTIL_DATE, until }
}

/** A way to put it right, for each kind of rule, to begin a text with: label of the button and the text. */
export function suggestion(rule: RuleOffer): { label: string; text: string } {
  const { kind, title, profile, expected } = rule
  const says = expected.replace(/[.\s]+$/, '')
  switch (kind) {
    case 'variable':
      return {
        label: 'revert variable and redeploy',
        text: `Set \`${title}\` on \`${profile}\` back to what the contract says (${says}) and redeploy the same artefact.`,
      }
    case 'gate':
      return {
        label: 'run the gate again',
        text: `Put right what keeps it from passing, run ${title} towards \`${profile}\` again and bring the evidence.`,
      }
    case 'isolation':
      return {
        label: 'separate and report again',
        text: `Give \`${profile}\` its own again (${title}) and report it, so that an observation shows it.`,
      }
    case 'file':
      return { label: 'remove the file', text: `Remove ${title} from \`${profile}\` and report its files again.` }
    case 'cell':
      return {
        label: 'back to the matrix',
        text: `Bring ${title.toLowerCase()} on \`${profile}\` back to what the matrix says (${says}) and report it again.`,
      }
    case 'fact':
      return { label: 'correct and report again', text: `Correct it on \`${profile}\` (${says}) and report it again.` }
    default:
      return kind satisfies never
  }
}
