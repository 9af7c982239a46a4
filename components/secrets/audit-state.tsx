import type { ReactNode } from 'react'
import { Chip } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import type { SecretAuditStanding } from '@/lib/domain/secret-audit'
import type { AuditView } from '@/lib/queries/secret-key'
import { AUDIT_STATUS, FINDING_STATUS } from './secret-words'

/** Where the audit of a profile's secret handling stands: the newest finding, by whom, and when the next is due (000.10). */
export function AuditState({ standing, children }: { standing: SecretAuditStanding; children?: ReactNode }) {
  const { last, dueAt, state, rule } = standing
  const { status, word } = AUDIT_STATUS[state]
  return (
    <div className="grid gap-1">
      <div className="row wrap gap-2.5">
        <Chip status={status}>{word}</Chip>
        <span className="t-xs c3">
          {last ? (
            <>
              Audited <Time at={last.auditedAt} relative /> by {last.by.name}
            </>
          ) : rule ? (
            'The policy asks for an audit, and nobody did one.'
          ) : (
            'The policy asks for no audit.'
          )}
          {dueAt ? (
            <>
              , {standing.due ? 'next was due' : 'next due'} <Time at={dueAt} show="date" />
            </>
          ) : null}
        </span>
      </div>
      {last ? <p>{last.note}</p> : null}
      {children}
    </div>
  )
}

/** One audit in a history. */
export function AuditLine({ audit }: { audit: AuditView }) {
  const { status, word } = FINDING_STATUS[audit.finding]
  return (
    <span className="grid gap-1">
      <span className="row wrap gap-x-2.5 gap-y-1">
        <Chip status={status}>{word}</Chip>
        <span className="t-xs c3">
          {audit.by.name}, <Time at={audit.auditedAt} />
          {audit.nextDueAt ? (
            <>
              , next due <Time at={audit.nextDueAt} show="date" />
            </>
          ) : null}
          {audit.link ? (
            <>
              {' '}
              <a className="link" href={audit.link} rel="noreferrer noopener nofollow" target="_blank">
                Evidence
              </a>
            </>
          ) : null}
        </span>
      </span>
      <span>{audit.note}</span>
    </span>
  )
}
