import { Download } from 'lucide-react'
import { Prose } from '@/components/api/prose'
import { Page } from '@/components/layout/page'
import { LogKeys } from '@/components/log/log-keys'
import { LogStanding } from '@/components/log/log-standing'
import { LinkButton } from '@/components/ui/button'
import { PageHead, Section } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { PROVES, PROVES_LEAD } from '@/lib/domain/log/proves'
import { getLogFacts } from '@/lib/queries/log-proves'
import { routes } from '@/lib/routes'

export const metadata = { title: 'What the record proves' }

/** Why should I believe this record? What the log proves and what it does not, how to check it, and the keys and checkpoint to check it with. */
export default async function ProvesPage() {
  await requireViewer(routes.auditProves())
  const facts = await getLogFacts()
  return (
    <Page crumbs={[{ label: 'Audit', href: routes.audit() }, { label: 'What it proves' }]} layout="read">
      <PageHead
        title="What the record proves"
        lead={PROVES_LEAD}
        actions={
          <>
            <LinkButton href={routes.verifier()} icon={<Download size={15} aria-hidden="true" />} download="countersign.mjs">
              Verifier
            </LinkButton>
            <LinkButton href={`${routes.verifier()}.sha256`} download="countersign.mjs.sha256">
              Its SHA-256
            </LinkButton>
          </>
        }
      />
      <Section title="How it stands now" id="now">
        <LogStanding facts={facts} />
      </Section>
      {PROVES.map(({ id, title, text }) => (
        <Section key={id} id={id} title={title}>
          <div className="grid max-w-[680px] gap-3 pt-3">
            <Prose text={text} />
          </div>
        </Section>
      ))}
      <Section title="Keys that sign it" id="keys">
        <LogKeys facts={facts} />
      </Section>
    </Page>
  )
}
