import { Braces } from 'lucide-react'
import { OperationEntry } from '@/components/api/operation-entry'
import { Prose } from '@/components/api/prose'
import { type ApiReference, referenceOf } from '@/components/api/reference'
import { RefusalTable } from '@/components/api/refusal-table'
import { ShapeList } from '@/components/api/shape-list'
import { Page } from '@/components/layout/page'
import { LinkButton } from '@/components/ui/button'
import { CodeBlock } from '@/components/ui/code-block'
import { PageHead, Section } from '@/components/ui/section'
import { Toc } from '@/components/ui/tabs'
import { requireViewer } from '@/lib/auth/session'
import { settings } from '@/lib/env'
import { plural } from '@/lib/format'
import { apiRefusals } from '@/lib/http/api-refusals'
import { getApiSample } from '@/lib/queries/api/sample'
import { routes } from '@/lib/routes'
import { curlOf } from '@/lib/schemas/api/examples'
import { OPERATIONS, type OperationId } from '@/lib/schemas/api/operations'
import { openApiDocument } from '@/lib/schemas/openapi'

export const metadata = { title: 'API' }

// The document is the same for as long as the process lives.
let made: ApiReference | undefined
function reference(): ApiReference {
  made ??= referenceOf(openApiDocument({ origin: settings().APP_ORIGIN, version: settings().APP_VERSION ?? '0.0.0' }))
  return made
}

/** How does a pipeline talk to Countersign? Laid out from the OpenAPI document itself, with examples of what the reader can see. */
export default async function ApiDocsPage() {
  const who = await requireViewer(routes.apiReference())
  const sample = await getApiSample(who)
  const { introduction, tags, shapes } = reference()
  const { APP_ORIGIN } = settings()
  return (
    <Page crumbs={[{ label: 'API' }]} layout="page">
      <PageHead
        title="API"
        lead={`${plural(Object.keys(OPERATIONS).length, 'call')} for pipelines, over HTTP with a token. People seal and sign in the browser.`}
        actions={
          <>
            <LinkButton href={routes.openapi()} icon={<Braces size={15} />} download="openapi.json">
              OpenAPI 3.1
            </LinkButton>
            <LinkButton href={routes.tokens()}>Tokens</LinkButton>
          </>
        }
      />
      <div className="mt-5 grid gap-x-9 lg:grid-cols-[184px_minmax(0,1fr)]">
        <div className="max-lg:hidden">
          <div className="sticky top-16 max-h-[calc(100vh-80px)] overflow-y-auto">
            <Toc
              label="Parts of the API"
              items={[
                { label: 'How it works', href: '#how' },
                ...tags.map(({ name }) => ({ label: name, href: `#${anchorOfTag(name)}` })),
                { label: 'Refusals', href: '#refusals' },
                { label: 'Shapes', href: '#shapes' },
              ]}
            />
          </div>
        </div>
        <div className="min-w-0">
          <Section title="How it works" id="how">
            <div className="grid max-w-[76ch] grid-cols-[minmax(0,1fr)] gap-3 py-3">
              <Prose text={introduction} />
              <p>The examples below ask this server for what you can see. Set the two names they use once:</p>
              <CodeBlock code={`export COUNTERSIGN=${APP_ORIGIN}\nexport TOKEN=csn_...`} label="The two names the examples use" />
            </div>
          </Section>
          {tags.map(({ name, text, operations }) => (
            <Section key={name} title={name} id={anchorOfTag(name)} aside={plural(operations.length, 'call')}>
              <p className="c2 pt-2">{text}</p>
              {operations.map((operation) => (
                <OperationEntry key={operation.id} operation={operation} curl={curlOf(operation.id as OperationId, sample)} />
              ))}
            </Section>
          ))}
          <Section title="Refusals" id="refusals">
            <p className="c2 py-2">
              An answer of 400 or more is a problem document (RFC 9457) with one of these codes. Its <code>detail</code> says in a sentence
              what stands in the way, <code>place</code> which field it is about.
            </p>
            <RefusalTable rows={apiRefusals()} />
          </Section>
          <Section title="Shapes" id="shapes">
            <div className="py-2">
              <ShapeList shapes={shapes} />
            </div>
          </Section>
        </div>
      </div>
    </Page>
  )
}

const anchorOfTag = (name: string): string => `tag-${name.toLowerCase()}`
