import { SettingsTabs } from '@/components/account/settings-tabs'
import { TokenForm } from '@/components/account/token-form'
import { TokenTable } from '@/components/account/token-table'
import { Page } from '@/components/layout/page'
import { DenyLine } from '@/components/ui/banner'
import { Disclosure } from '@/components/ui/disclosure'
import { Link } from '@/components/ui/link'
import { Pagination } from '@/components/ui/pagination'
import { PageHead } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { TOKEN_MAX_DAYS } from '@/lib/domain/account'
import { SCOPE_TITLE, SCOPES } from '@/lib/domain/scopes'
import { plural } from '@/lib/format'
import { encodeCursor } from '@/lib/http/page'
import { positionOf } from '@/lib/http/position'
import { getTokenForm, listTokens } from '@/lib/queries/account/list-tokens'
import { routes } from '@/lib/routes'
import { createTokenAction, revokeTokenAction } from './actions'

export const metadata = { title: 'Tokens' }

/** Which machines may speak for us, until when, and what did they last do? */
export default async function TokensPage({ searchParams }: { searchParams: Promise<{ after?: string }> }) {
  const who = await requireViewer(routes.tokens())
  const after = positionOf('tokens', (await searchParams).after)?.[0] ?? null
  const [{ rows, next, live }, form] = await Promise.all([listTokens(who, { limit: 50, after }), getTokenForm(who)])
  return (
    <Page crumbs={[{ label: 'Settings' }, { label: 'Tokens' }]} layout="page">
      <PageHead
        title="Tokens"
        lead={
          live === 0
            ? 'No pipeline can bring evidence yet.'
            : `${plural(live, 'token')} in use. What a token does counts as its maker’s; none of them can sign.`
        }
      />
      <SettingsTabs current="tokens" />
      <p className="mt-4">
        <Link className="link" href={routes.apiReference()}>
          What a pipeline can ask and tell with one
        </Link>
      </p>
      <div className="mt-5 mb-5">
        {form.whyNot ? (
          <DenyLine>{form.whyNot.sentence}</DenyLine>
        ) : (
          <Disclosure button summary="Make a token">
            <TokenForm
              action={createTokenAction}
              systems={form.systems.map(({ id, name }) => ({ value: id, label: name }))}
              canAll={form.canAll}
              agents={form.agents.map(({ id, name }) => ({ value: id, label: name }))}
              canPlain={form.canPlain}
              scopes={SCOPES.map((scope) => ({ value: scope, label: SCOPE_TITLE[scope] }))}
              maxDays={TOKEN_MAX_DAYS}
            />
          </Disclosure>
        )}
      </div>
      <TokenTable tokens={rows} revoke={revokeTokenAction} />
      <Pagination next={next ? routes.tokens({ after: encodeCursor('tokens', [next]) }) : null} first={after ? routes.tokens() : null} />
    </Page>
  )
}
