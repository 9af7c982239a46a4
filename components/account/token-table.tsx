import { EmptyState } from '@/components/ui/banner'
import { DataTable } from '@/components/ui/data-table'
import { Status, type StatusKind } from '@/components/ui/status'
import { RelativeTime, Time } from '@/components/ui/time'
import { SCOPE_TITLE } from '@/lib/domain/scopes'
import type { FormAction } from '@/lib/http/form-state'
import type { TokenRow, TokenState } from '@/lib/queries/account/list-tokens'
import { ActButton } from './people-forms'

const STATE: Record<TokenState, { status: StatusKind; word: string }> = {
  live: { status: 'pass', word: 'In use' },
  expired: { status: 'stale', word: 'Expired' },
  revoked: { status: 'na', word: 'Revoked' },
}

/** Tokens with what they may do, until when, and when they last did something. */
export function TokenTable({ tokens, revoke }: { tokens: readonly TokenRow[]; revoke: FormAction }) {
  return (
    <DataTable
      caption="Tokens"
      flow
      rows={tokens}
      rowKey={(token) => token.id}
      empty={<EmptyState>No token was made yet, or none that you may know of.</EmptyState>}
      columns={[
        {
          key: 'name',
          header: 'Token',
          rowHeader: true,
          cell: (token) => (
            <>
              <b className="b">{token.name}</b>
              <br />
              <code className="c3 t-xs">
                {token.prefix}…{token.lastFour}
              </code>
            </>
          ),
        },
        { key: 'by', header: 'Made by', cell: (token) => (token.actsAs ? `${token.createdBy}, acts as ${token.actsAs}` : token.createdBy) },
        { key: 'for', header: 'For', cell: (token) => token.systemName ?? 'Every system' },
        {
          key: 'may',
          header: 'May',
          cell: (token) => (
            <>
              {token.scopes.map((scope) => SCOPE_TITLE[scope] ?? scope).join('; ')}
              {token.gates.length > 0 ? (
                <>
                  . Gates: <code>{token.gates.join(', ')}</code>
                </>
              ) : null}
            </>
          ),
        },
        {
          key: 'used',
          header: 'Last used',
          cell: (token) => (token.lastUsedAt ? <RelativeTime at={token.lastUsedAt} /> : <span className="c3">never</span>),
        },
        {
          key: 'until',
          header: 'Until',
          cell: (token) => (
            <>
              <Status status={STATE[token.state].status}>{STATE[token.state].word}</Status>
              <br />
              <Time at={token.revokedAt ?? token.expiresAt} show="date" />
            </>
          ),
        },
        {
          key: 'revoke',
          header: <span className="sr">Revoke</span>,
          phoneLabel: false,
          align: 'right',
          cell: (token) =>
            token.state === 'live' ? (
              <ActButton
                action={revoke}
                hidden={{ token: token.id }}
                label={`Revoke ${token.name} (…${token.lastFour})`}
                pendingLabel="Revoking"
                danger
                small
                refusal={token.whyNotRevoke}
              />
            ) : null,
        },
      ]}
    />
  )
}
