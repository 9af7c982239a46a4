import { Page } from '@/components/layout/page'
import { OpenTable } from '@/components/rotation/rotation-tables'
import { AuditsTable, DebtsTable, FindingsTable, KeysTable } from '@/components/secrets/secrets-tables'
import { Banner } from '@/components/ui/banner'
import { Link } from '@/components/ui/link'
import { PageHead, Section } from '@/components/ui/section'
import { StatTile, StatTiles } from '@/components/ui/stat-tile'
import { StatusGlyph, type StatusKind } from '@/components/ui/status'
import { Countdown } from '@/components/ui/time'
import { requireViewer } from '@/lib/auth/session'
import { listWords, numberWord, plural } from '@/lib/format'
import { getSecrets, type SecretsView } from '@/lib/queries/secrets'
import { routes } from '@/lib/routes'

export const metadata = { title: 'Secrets' }

/** SecOps in one page: what is overdue, due soon, running, half done, shared between profiles, in debt, and which audits are due. */
export default async function SecretsPage() {
  const viewer = await requireViewer(routes.secrets())
  const view = await getSecrets(viewer)
  const nameOf = (slug: string) => view.systems.find((system) => system.slug === slug)?.name ?? slug
  const due = view.audits.filter((audit) => audit.due)
  return (
    <Page crumbs={[{ label: 'Secrets' }]}>
      <PageHead title="Secrets" lead={answer(view)} />
      {view.glass.map((use) => (
        <div key={use.id} className="mb-3">
          <Banner
            status="glass"
            title={`${use.id}: glass is open on ${nameOf(use.system)} ${use.profile}`}
            actions={
              <Link className="link" href={routes.fallback(use.id)}>
                Open
              </Link>
            }
          >
            <p>
              It closes by itself in <Countdown until={use.expiresAt} />.
            </p>
          </Banner>
        </div>
      ))}
      <div className="tiles3 mt-4">
        <StatTiles>
          <Tile status="fail" count={view.overdue.length} what="overdue" href="#overdue" />
          <Tile status="warn" count={view.dueSoon.length} what="due soon" href="#due-soon" />
          <Tile status="running" count={view.halfDone.length} what="running" href="#running" />
          <Tile status="fail" count={view.findings.length} what="shared or not shifted" href="#findings" />
          <Tile status="warn" count={view.debts.length} what="owed" href="#debts" />
          <Tile status="stale" count={due.length} what={due.length === 1 ? 'audit due' : 'audits due'} href="#audits" />
        </StatTiles>
      </div>
      <Section id="overdue" title="Overdue" aside={view.overdue.length || undefined}>
        <KeysTable caption="Overdue keys and pairs, the longest first" rows={view.overdue} empty="No key is past its limit." />
      </Section>
      <Section id="due-soon" title="Due soon" aside="in the last tenth of the limit">
        <KeysTable caption="Keys and pairs that are due soon" rows={view.dueSoon} empty="No key is in the last tenth of its limit." />
      </Section>
      <Section id="running" title="Running" aside={view.halfDone.length || undefined}>
        <OpenTable rows={view.halfDone} empty="No rotation is running, being verified or on its way back." />
      </Section>
      <Section title="Planned" aside={view.running.length || undefined}>
        <OpenTable rows={view.running} empty="No rotation is planned." />
      </Section>
      <Section id="findings" title="Shared and not shifted" aside="from fingerprints">
        <FindingsTable rows={view.findings} nameOf={nameOf} variables={view.variables} />
      </Section>
      <Section id="debts" title="Owed" aside="unpaid, it holds the next promotion">
        <DebtsTable rows={view.debts} nameOf={nameOf} />
      </Section>
      <Section id="audits" title="Audits" aside={due.length > 0 ? `${due.length} due` : undefined}>
        <AuditsTable rows={view.audits} />
      </Section>
      <Section id="unknown" title="Not on record" aside="of unknown age">
        <KeysTable caption="Keys and pairs of which nothing is recorded" rows={view.unknown} empty="Every key with a rule is on record." />
      </Section>
    </Page>
  )
}

const NONE: Readonly<Record<string, string>> = { owed: 'Nothing owed', 'audits due': 'No audit due' }

/** One count of the page, good where it is none. */
function Tile({ status, count, what, href }: { status: StatusKind; count: number; what: string; href: string }) {
  const words = count === 0 ? (NONE[what] ?? `None ${what}`) : `${numberWord(count)} ${what}`
  return <StatTile glyph={<StatusGlyph status={count === 0 ? 'pass' : status} size={14} />} title={words} href={href} />
}

const few = (count: number) => numberWord(count).toLowerCase()

function answer({ overdue, dueSoon, fine, unknown, systems }: SecretsView): string {
  const all = overdue.length
  const head = all === 0 ? 'No key is overdue' : `${numberWord(all)} ${all === 1 ? 'key or pair is' : 'keys or pairs are'} overdue`
  const soon = dueSoon.length > 0 ? [`${few(dueSoon.length)} due soon`] : []
  const unsaid = unknown.length > 0 ? [`${few(unknown.length)} not on record`] : []
  const rest = listWords([...soon, ...unsaid, `${few(fine)} within the limit`])
  return `${head}, ${rest}, in ${plural(systems.length, 'system')}. Names, ages and fingerprints only: no value ever comes here.`
}
