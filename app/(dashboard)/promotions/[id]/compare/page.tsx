import { notFound } from 'next/navigation'
import { Page } from '@/components/layout/page'
import { ChooseVersions } from '@/components/promotion/dossier-compare'
import { VersionSignatures, VersionState } from '@/components/promotion/dossier-versions'
import { readable } from '@/components/promotion/dossier-words'
import { Way } from '@/components/promotion/parts'
import { EmptyState } from '@/components/ui/banner'
import { LinkButton } from '@/components/ui/button'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Hash } from '@/components/ui/hash'
import { Link } from '@/components/ui/link'
import { PageHead, Section } from '@/components/ui/section'
import { Time } from '@/components/ui/time'
import { requireViewer } from '@/lib/auth/session'
import type { DossierDifference } from '@/lib/domain/dossier'
import { plural } from '@/lib/format'
import { type ComparePage, getComparison, type VersionHead } from '@/lib/queries/promotion-version'
import type { VersionView } from '@/lib/queries/promotion-versions'
import { routes } from '@/lib/routes'

type Props = { params: Promise<{ id: string }>; searchParams: Promise<{ from?: string; to?: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: `Versions of ${decodeURIComponent((await params).id)} compared` }
}

const numberOf = (text: string | undefined): number | null => (text && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : null)

/** What is different from what I read? Only what differs between two sealed versions. */
export default async function ComparisonPage({ params, searchParams }: Props) {
  const id = decodeURIComponent((await params).id)
  const asked = await searchParams
  const from = numberOf(asked.from)
  const to = numberOf(asked.to)
  const viewer = await requireViewer(routes.promotionCompare(id, { from: from ?? undefined, to: to ?? undefined }))
  const found = await getComparison(viewer, id, from, to)
  if (!found) notFound()
  const { head } = found
  return (
    <Page
      crumbs={[
        { label: 'Promotions', href: routes.promotions() },
        { label: `${head.id}, ${head.version} to ${head.to.id}`, href: routes.promotion(head.id) },
        { label: 'Compare' },
      ]}
    >
      {'differences' in found ? <Compared page={found} /> : <Alone head={head} only={found.only} asked={from !== null || to !== null} />}
    </Page>
  )
}

function Alone({ head, only, asked }: { head: VersionHead; only: number | null; asked: boolean }) {
  return (
    <>
      <PageHead title={`${head.id}: nothing to compare`} />
      <div className="mt-4">
        <EmptyState
          big
          action={
            <Link className="link" href={routes.promotion(head.id)}>
              Back to the dossier
            </Link>
          }
        >
          {only === null
            ? 'No version was ever sealed.'
            : head.numbers.length > 1 && asked
              ? `There are no two such versions. ${plural(head.numbers.length, 'version')} were sealed: ${head.numbers.join(', ')}.`
              : `Version ${only} is the only one that was sealed.`}
        </EmptyState>
      </div>
    </>
  )
}

function Compared({ page }: { page: ComparePage }) {
  const { head, from, to, differences } = page
  const columns: Column<DossierDifference>[] = [
    { key: 'field', header: 'What', rowHeader: true, cell: ({ field }) => titled(field, head.gateTitles) },
    { key: 'before', header: `Version ${from.number}`, cell: ({ before }) => <Value text={before} removed /> },
    { key: 'after', header: `Version ${to.number}`, cell: ({ after }) => <Value text={after} /> },
  ]
  return (
    <>
      <PageHead
        above={<Way from={head.from} to={head.to} />}
        title={`${head.system.name} ${head.version}: version ${from.number} and ${to.number}`}
        lead={
          differences.length === 0
            ? 'They say the same, apart from their numbers.'
            : `${plural(differences.length, 'thing')} ${differences.length === 1 ? 'differs' : 'differ'}. Everything else is the same.`
        }
        actions={<LinkButton href={routes.promotion(head.id)}>The dossier as it is now</LinkButton>}
      />
      <ChooseVersions promotion={head.id} numbers={head.numbers} from={from.number} to={to.number} />
      <Section title="What differs" aside={plural(differences.length, 'difference')}>
        <div className="pt-3">
          <DataTable
            caption={`Differences between version ${from.number} and version ${to.number}`}
            columns={columns}
            rows={differences}
            rowKey={({ field }) => field}
            empty={<EmptyState>Nothing that a signer decides on differs.</EmptyState>}
            flow
          />
        </div>
      </Section>
      <div className="grid gap-x-8 md:grid-cols-2">
        <Side id={head.id} version={from} />
        <Side id={head.id} version={to} />
      </div>
    </>
  )
}

function Side({ id, version }: { id: string; version: VersionView }) {
  return (
    <Section
      title={
        <Link className="link" href={routes.promotionVersion(id, version.number)}>
          Version {version.number}
        </Link>
      }
      aside={<VersionState version={version} />}
    >
      <div className="t-xs grid gap-2 pt-3">
        <span className="c2">
          Sealed <Time at={version.sealedAt} show="seconds" /> by {version.sealedBy ?? 'somebody erased'}
        </span>
        <Hash hash={version.hash} short copy seal="tiny" />
        {version.moved.map((reason) => (
          <span key={reason}>{reason}.</span>
        ))}
        <VersionSignatures version={version} fallen={version.endedBy !== null} />
      </div>
    </Section>
  )
}

function Value({ text, removed }: { text: string; removed?: boolean }) {
  if (text === 'none') return <span className="c3">none</span>
  const shown = /^[0-9a-f-]{36}$|^[0-9a-f]{40,64}$/.test(text) ? <code>{text}</code> : readable(text)
  return removed ? <del className="c2 break-words">{shown}</del> : <ins className="break-words no-underline">{shown}</ins>
}

const RELEASE: Record<string, string> = {
  version: 'Release',
  gitSha: 'Commit',
  artefact: 'Artefact',
  buildDate: 'Built',
  schemaBackwardCompatible: 'Schema is backward compatible',
  bundleApproved: 'Bundle is approved',
}

/** A field of the comparison in words: gates by their titles, the release's fields as the dossier calls them. */
function titled(field: string, gateTitles: Readonly<Record<string, string>>): string {
  const gate = /^Gate ([^:]+): (.+)$/.exec(field)
  if (gate?.[1]) return `${gateTitles[gate[1]] ?? gate[1]}: ${gate[2]}`
  const release = /^Release: (.+)$/.exec(field)
  if (release?.[1]) return RELEASE[release[1]] ?? release[1]
  return field
}
