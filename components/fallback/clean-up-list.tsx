import { Words } from '@/components/policy/words'
import { Link } from '@/components/ui/link'
import type { StatusKind } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { Timeline, type TimelineItem } from '@/components/ui/timeline'
import { Visible } from '@/components/ui/visible'
import type { FallbackDetail } from '@/lib/queries/fallback'
import { routes } from '@/lib/routes'

/** What a use still owes after its end, and what of it is done (000.19 to 000.23): the file is gone, nothing is exposed, the profile is as before. */
export function CleanUpList({ detail }: { detail: FallbackDetail }) {
  return <Timeline label="Clean-up" numbered items={itemsOf(detail).map((item, index) => ({ ...item, no: index + 1 }))} />
}

function itemsOf({ facts, debts, needsReview, storage }: FallbackDetail): TimelineItem[] {
  const owed = (kind: string) => debts.find((debt) => debt.kind === kind)
  const status = (kind: string, done: boolean): StatusKind => (done ? 'pass' : owed(kind)?.overdue ? 'fail' : 'waiting')
  const due = (kind: string) => {
    const at = owed(kind)?.dueAt
    return at ? (
      <>
        due <Time at={at} show="today" relative />
      </>
    ) : null
  }
  const isClean = facts.cleanedUpAt !== null
  const items: (TimelineItem | null)[] = [
    {
      key: 'gone',
      status: status('clean_up', isClean),
      title: facts.rule.kind === 'secret_file' ? 'The file is removed' : 'It is over, and shown to be',
      detail: isClean ? (
        <>
          {facts.cleanedUpBy?.name}
          {facts.cleanUpNote ? (
            <>
              : <Visible text={facts.cleanUpNote} />
            </>
          ) : null}
          {facts.cleanUpLink ? (
            <>
              {' '}
              <a className="link" href={facts.cleanUpLink} rel="noreferrer noopener">
                Evidence
              </a>
            </>
          ) : null}
        </>
      ) : (
        <Words text={facts.rule.fallback.cleanUp.text} />
      ),
      when: facts.cleanedUpAt ? <Time at={facts.cleanedUpAt} /> : due('clean_up'),
    },
    {
      key: 'exposed',
      status: facts.exposed === null ? 'waiting' : facts.exposed ? 'warn' : 'pass',
      title:
        facts.exposed === null ? 'Whether anything was exposed is said' : facts.exposed ? 'Something was exposed' : 'Nothing was exposed',
    },
    facts.exposed
      ? {
          key: 'rotate',
          status: owed('rotate') ? status('rotate', false) : 'pass',
          title: owed('rotate') ? 'What was used is rotated' : 'What was used was rotated',
          detail: owed('rotate') ? (
            <>
              {owed('rotate')?.sentence}{' '}
              <Link
                className="link"
                href={routes.rotationNew({
                  system: facts.system.id,
                  rule: facts.rule.id,
                  cause: 'suspected_exposure',
                  incident: facts.incident && !facts.incident.closed ? facts.incident.id : undefined,
                })}
              >
                Open the rotation
              </Link>
            </>
          ) : undefined,
          when: due('rotate'),
        }
      : null,
    storage && facts.rule.kind === 'secret_file'
      ? {
          key: 'env-only',
          status: isClean ? 'pass' : 'waiting',
          title: isClean ? 'Back to env-only, as the clean-up says' : 'The env-only preflight passes again',
          detail: (
            <>
              <Words text={storage.replace(/\.$/, '')} />.{isClean ? '' : ' Say in the clean-up how it was seen.'}
            </>
          ),
        }
      : null,
    facts.incident
      ? {
          key: 'postmortem',
          status: facts.incident.closed?.postmortem ? 'pass' : 'waiting',
          title: 'The postmortem is linked',
          detail: facts.incident.closed?.postmortem ? (
            facts.incident.closed.postmortem
          ) : (
            <>
              Given when{' '}
              <Link className="link" href={routes.incident(facts.incident.id)}>
                {facts.incident.id}
              </Link>{' '}
              is closed.
            </>
          ),
        }
      : null,
    needsReview
      ? {
          key: 'review',
          status: facts.reviewedAt ? (facts.reviewFinding === 'concern' ? 'warn' : 'pass') : status('review', false),
          title: facts.reviewedAt
            ? facts.reviewFinding === 'concern'
              ? 'Reviewed, with a concern'
              : 'Reviewed and accepted'
            : 'A second person reviewed it',
          detail: facts.reviewedAt ? (
            <>
              {facts.reviewedBy?.name}
              {facts.reviewNote ? (
                <>
                  : <Visible text={facts.reviewNote} />
                </>
              ) : null}
            </>
          ) : (
            owed('review')?.who
          ),
          when: facts.reviewedAt ? <Time at={facts.reviewedAt} /> : due('review'),
        }
      : null,
  ]
  return items.filter((item) => item !== null)
}
