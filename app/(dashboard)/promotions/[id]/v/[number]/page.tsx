import { notFound } from 'next/navigation'
import { Page, Panel, Paper } from '@/components/layout/page'
import { SealCheck, SealVerdict } from '@/components/promotion/dossier-seal-check'
import { SealedFacts } from '@/components/promotion/dossier-sealed'
import { VersionSignatures, VersionState } from '@/components/promotion/dossier-versions'
import { Way } from '@/components/promotion/parts'
import { StandsOn } from '@/components/statement/stands-on'
import { Banner } from '@/components/ui/banner'
import { Buttons, LinkButton } from '@/components/ui/button'
import { CodeBlock } from '@/components/ui/code-block'
import { CopyButton } from '@/components/ui/copy-button'
import { Hash } from '@/components/ui/hash'
import { SealLine } from '@/components/ui/seal-line'
import { PageHead, Section } from '@/components/ui/section'
import { Time } from '@/components/ui/time'
import { requireViewer } from '@/lib/auth/session'
import { formatNumber } from '@/lib/format'
import { getVersion } from '@/lib/queries/promotion-version'
import { getStandsOn } from '@/lib/queries/stands-on'
import { routes } from '@/lib/routes'

type Props = { params: Promise<{ id: string; number: string }> }

export async function generateMetadata({ params }: Props) {
  const { id, number } = await params
  return { title: `Version ${decodeURIComponent(number)} of ${decodeURIComponent(id)}` }
}

/** One sealed version, byte by byte as it was sealed, with what became of it. */
export default async function VersionPage({ params }: Props) {
  const asked = await params
  const id = decodeURIComponent(asked.id)
  const number = /^[1-9]\d{0,5}$/.test(asked.number) ? Number(asked.number) : 0
  const viewer = await requireViewer(routes.promotionVersion(id, number))
  const page = await getVersion(viewer, id, number)
  if (!page) notFound()
  const { head, version, words } = page
  const standsOn = await getStandsOn({ system: head.system.id, subject: 'promotion', id: head.id, number, hash: version.hash })
  const fallen = version.endedBy !== null
  const before = head.numbers.find((each) => each < number)
  const newest = head.numbers[0]
  return (
    <Page
      crumbs={[
        { label: 'Promotions', href: routes.promotions() },
        { label: `${head.id}, ${head.version} to ${head.to.id}`, href: routes.promotion(head.id) },
        { label: `Version ${number}` },
      ]}
      phone={{ back: routes.promotion(head.id), title: `${head.id}, version ${number}`, aside: fallen ? 'fallen' : 'stands' }}
      layout="dossier"
    >
      <SealCheck canonical={version.canonical} hash={version.hash}>
        <Paper>
          <PageHead
            above={
              <>
                <VersionState version={version} />
                <span className="c3 t-xs">
                  sealed <Time at={version.sealedAt} show="seconds" /> by {version.sealedBy ?? 'somebody erased'}
                </span>
              </>
            }
            title={`Version ${number}: ${head.system.name} ${head.version} to ${head.to.id}`}
          />
          <div className="mt-2">
            <Way from={head.from} to={head.to} />
          </div>
          <div className="sealbar mt-4">
            <span className="not-phone">
              <SealLine hash={version.hash} size="bar" />
            </span>
            <span className="only-phone">
              <SealLine hash={version.hash} size="tiny" />
            </span>
            <span className="t-xs c2 min-w-0">
              SHA-256 <Hash hash={version.hash} seal={false} />
              <span className="block">
                <SealVerdict />
              </span>
            </span>
            <CopyButton text={version.hash} label="Copy hash" />
          </div>
          {fallen ? (
            <div className="mt-4">
              <Banner status={version.endedBy === 'declined' ? 'fail' : 'warn'} title={`Version ${number} no longer stands`}>
                {version.moved.length > 0 ? (
                  <ul>
                    {version.moved.map((reason) => (
                      <li key={reason}>{reason}.</li>
                    ))}
                  </ul>
                ) : version.endedBy === 'declined' ? (
                  'It was declined; the reason stands with the signature.'
                ) : version.endedBy === 'withdrawn' ? (
                  'The promotion was withdrawn.'
                ) : (
                  'Another version took its place.'
                )}{' '}
                {version.endedAt ? <Time at={version.endedAt} show="seconds" /> : null}
              </Banner>
            </div>
          ) : null}
          <SealedFacts dossier={version.dossier} gateTitles={head.gateTitles} words={words} />
          <Section title="The sealed text" aside={`${formatNumber(new TextEncoder().encode(version.canonical).length)} bytes, RFC 8785`}>
            <div className="pt-3">
              <CodeBlock code={version.canonical} label="The canonical text that was hashed" fold tall />
            </div>
          </Section>
          <StandsOn view={standsOn} what={`Version ${number}`} />
        </Paper>
        <Panel label="Signatures and other versions">
          <h2 className="h2 mb-2">Signatures</h2>
          <div className="t-xs">
            <VersionSignatures version={version} fallen={fallen} />
          </div>
          <h2 className="h2 mt-7 mb-2.5">Other versions</h2>
          <Buttons>
            <LinkButton href={routes.promotion(head.id)}>
              {head.live === number ? 'Open the dossier' : 'The dossier as it is now'}
            </LinkButton>
            {before === undefined ? null : (
              <LinkButton href={routes.promotionCompare(head.id, { from: before, to: number })}>
                Compare {before} and {number}
              </LinkButton>
            )}
            {newest === undefined || newest === number ? null : (
              <LinkButton href={routes.promotionCompare(head.id, { from: number, to: newest })}>
                Compare {number} and {newest}
              </LinkButton>
            )}
          </Buttons>
        </Panel>
      </SealCheck>
    </Page>
  )
}
