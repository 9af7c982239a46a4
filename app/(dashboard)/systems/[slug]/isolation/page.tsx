import { notFound } from 'next/navigation'
import { SourceNote } from '@/components/policy/source-note'
import { Words } from '@/components/policy/words'
import { IsolationTable } from '@/components/system/isolation-table'
import { SystemFrame } from '@/components/system/system-frame'
import { EmptyState } from '@/components/ui/banner'
import { Link } from '@/components/ui/link'
import { Section } from '@/components/ui/section'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { requireViewer } from '@/lib/auth/session'
import { plural } from '@/lib/format'
import { getIsolation, type IsolationView } from '@/lib/queries/isolation'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'

type Props = { params: Promise<{ slug: string }> }

export const metadata = { title: 'Isolation of a system' }

/** Does each profile have its own, or do two share something (004.4, 002.42)? */
export default async function IsolationPage({ params }: Props) {
  const { slug } = await params
  const viewer = await requireViewer(routes.systemIsolation(slug))
  const head = await getSystemHead(viewer, slug)
  if (!head) notFound()
  const view = await getIsolation(viewer, head)
  const sources = head.version.policy.sources.map(({ id, title }) => ({ id, title }))
  return (
    <SystemFrame head={head} tab="Isolation">
      <p className="c2">
        {answer(view)}{' '}
        {view.lastReport ? (
          <>
            Last reported <Time at={view.lastReport} relative />.
          </>
        ) : null}
      </p>
      <Section title="Resources" aside={view.resources.length || undefined}>
        <div className="py-1">
          <IsolationTable slug={head.slug} view={view} sources={sources} />
        </div>
      </Section>
      <Section
        title="Secrets"
        aside={view.secrets.all > 0 ? `${view.secrets.printed} of ${view.secrets.all} fingerprints on record` : undefined}
      >
        <div className="pt-3">
          <Secrets slug={head.slug} view={view} />
        </div>
      </Section>
      {view.rules.length > 0 ? (
        <Section title="What the policy says">
          <ul className="grid gap-2 pt-3">
            {view.rules.map((rule) => (
              <li key={rule.id}>
                <Words text={rule.text} /> <span className="c3">{rule.level}</span>
                <span className="block">
                  <SourceNote provenance={rule.provenance} sources={sources} />
                </span>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
    </SystemFrame>
  )
}

function answer({ resources, secrets, lastReport }: IsolationView): string {
  const shared = resources.filter(({ cells }) => cells.some(({ reported }) => reported.some(({ sharedWith }) => sharedWith.length > 0)))
  const parts = [...shared.map(({ title }) => title), ...(secrets.shared.length > 0 ? [plural(secrets.shared.length, 'secret')] : [])]
  if (parts.length > 0) return `Shared between profiles: ${parts.join(', ')}.`
  if (lastReport === null) return 'Nothing is known to be shared, because no profile has reported its resources yet.'
  const seen = resources.filter(({ cells }) => cells.some(({ reported }) => reported.length > 0)).length
  return `Nothing is shared. ${seen} of ${resources.length} resources ${seen === 1 ? 'was' : 'were'} reported.`
}

function Secrets({ slug, view: { secrets } }: { slug: string; view: IsolationView }) {
  if (secrets.shared.length === 0)
    return (
      <EmptyState
        action={
          <Link className="link" href={routes.systemEnv(slug)}>
            Secrets and env
          </Link>
        }
      >
        {secrets.all === 0
          ? 'No key of a secret is on record.'
          : secrets.printed === 0
            ? 'No fingerprint was reported, so nothing can be compared. A fingerprint is made where the value lives; the value never comes here.'
            : 'No two profiles hold the same value, as far as fingerprints were reported.'}
      </EmptyState>
    )
  return (
    <ul className="grid gap-2">
      {secrets.shared.map(({ profile, mapping, sentence, since }) => (
        <li key={`${profile} ${mapping}`}>
          <Status status="fail" long plain>
            <span className="c1">{sentence}</span>
          </Status>
          <span className="t-xs c2 ml-5 flex flex-wrap gap-3">
            <span>
              since <Time at={since} />
            </span>
            <Link className="link" href={routes.systemKey(slug, profile, mapping)}>
              The key on {profile}
            </Link>
          </span>
        </li>
      ))}
    </ul>
  )
}
