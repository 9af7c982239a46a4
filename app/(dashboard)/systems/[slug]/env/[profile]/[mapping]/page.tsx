import { notFound } from 'next/navigation'
import { Page } from '@/components/layout/page'
import { SourceNote } from '@/components/policy/source-note'
import { Words } from '@/components/policy/words'
import { AuditLine } from '@/components/secrets/audit-state'
import { HeldKeys } from '@/components/secrets/held-keys'
import { KeyAge } from '@/components/secrets/key-age'
import { CorrectKeyForm, RecordKeyForm, ReportFingerprintForm, RetireKeyForm } from '@/components/secrets/key-forms'
import { KeyHistory } from '@/components/secrets/key-history'
import { PRINT_FINDING } from '@/components/secrets/secret-words'
import { KeyName } from '@/components/system/key-name'
import { profileRef } from '@/components/system/profile-ref'
import { Banner } from '@/components/ui/banner'
import { LinkButton } from '@/components/ui/button'
import { CodeBlock } from '@/components/ui/code-block'
import { Disclosure } from '@/components/ui/disclosure'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { PageHead, Section } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { approversWords, ownersWords } from '@/lib/domain/ownership'
import { METHOD_TITLE } from '@/lib/domain/rotation'
import { plural } from '@/lib/format'
import { getSecretKey } from '@/lib/queries/secret-key'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'
import { recordKeyAction, recordSecretAuditAction, reportFingerprintAction, retireKeyAction } from '../../actions'

type Props = { params: Promise<{ slug: string; profile: string; mapping: string }> }

export const metadata = { title: 'Key' }

const HMAC = `printf %s "$VALUE" | openssl dgst -sha256 -mac HMAC -macopt hexkey:"$HMAC_KEY" -r | cut -c1-64`

/** The history of one key on one profile: every version, who rotated, who approved, with which evidence, what was seen, and what was audited. */
export default async function SystemKeyPage({ params }: Props) {
  const { slug, profile: profileId, mapping: mappingId } = await params
  const viewer = await requireViewer(routes.systemKey(slug, profileId, mappingId))
  const head = await getSystemHead(viewer, slug)
  if (!head) notFound()
  const { policy } = head.version
  const found = await getSecretKey(viewer, policy, profileId, mappingId)
  if (!found) notFound()
  const { view, profile, intervals, rotations, audits, together } = found
  const { mapping, rule, standing, keys, findings } = view
  const of = { system: slug, profile: profile.id, mapping: mapping.id }
  const current = keys.find(({ use }) => use === 'current')
  const old = keys.filter(({ use }) => use === 'accepted')
  return (
    <Page
      crumbs={[
        { label: 'Systems', href: routes.systems() },
        { label: head.name, href: routes.system(slug) },
        { label: 'Secrets and env', href: routes.systemEnv(slug, { profile: profile.id }) },
        { label: mapping.variable },
      ]}
      system={slug}
    >
      <PageHead
        above={<ProfileTag profile={profileRef(profile.id, profile.class)} />}
        title={<KeyName name={mapping.variable} />}
        lead={
          <>
            <KeyName name={view.managerKey} />. <Words text={mapping.notes} /> Names only: Countersign never holds a value.
          </>
        }
        actions={
          rule ? (
            standing?.rotation ? (
              <LinkButton href={routes.rotation(standing.rotation.id)}>Go to {standing.rotation.id}</LinkButton>
            ) : (
              <LinkButton href={routes.rotationNew({ system: slug, rule: rule.id })}>Open a rotation</LinkButton>
            )
          ) : null
        }
      />
      {findings.map((finding) => (
        <div key={`${finding.kind} ${finding.mapping}`} className="mb-3">
          <Banner status="fail" title={PRINT_FINDING[finding.kind]}>
            <p>{finding.sentence}</p>
          </Banner>
        </div>
      ))}
      <div className="grid gap-9 lg:grid-cols-[minmax(0,1fr)_344px]">
        <div className="min-w-0">
          <Section title="Versions" aside={found.hasMore ? 'the newest 100' : plural(intervals.length, 'version')}>
            <div className="mt-3">
              <KeyHistory system={slug} intervals={intervals} rotations={rotations} auditAction={recordSecretAuditAction} />
            </div>
          </Section>
          <Section title={`Audits of ${profile.id}`} aside={plural(audits.length, 'audit')}>
            {audits.length === 0 ? (
              <p className="c2 mt-3">
                Nobody has audited the secret handling of {profile.id}.{' '}
                <Link className="link" href={`${routes.systemEnv(slug, { profile: profile.id })}#audit-${profile.id}`}>
                  SecOps does it there
                </Link>
                .
              </p>
            ) : (
              <ul className="mt-2">
                {audits.map((audit) => (
                  <li key={audit.id} className="border-line border-b py-2.5">
                    <AuditLine audit={audit} />
                  </li>
                ))}
              </ul>
            )}
          </Section>
        </div>
        <aside aria-label="This key" className="grid content-start gap-6">
          <div>
            <h2 className="h3 mb-2">Held now</h2>
            <HeldKeys keys={keys} />
          </div>
          {standing ? (
            <div>
              <h2 className="h3 mb-2">Age</h2>
              {view.counts ? (
                <KeyAge standing={standing} />
              ) : (
                <p className="c2">Old by design: it holds what the first of the pair was. The first one counts.</p>
              )}
            </div>
          ) : null}
          <KeyValue
            stacked
            items={[
              { label: 'Method', value: rule ? METHOD_TITLE[rule.method] : 'No rule says how it is rotated' },
              { label: 'Owner', value: rule ? ownersWords(rule) : null },
              { label: 'Approver', value: rule ? approversWords(rule) : null },
              {
                label: 'Together with',
                value:
                  together.length === 0
                    ? null
                    : together.map((member) => (
                        <Link key={member.mapping} className="link block" href={routes.systemKey(slug, profile.id, member.mapping)}>
                          <KeyName name={member.variable} />
                        </Link>
                      )),
              },
              { label: 'Kept in', value: found.secrets.storage ? <Words text={found.secrets.storage.store} /> : null },
              {
                label: 'Fallback',
                value: mapping.fallbackFile ? (
                  <>
                    <KeyName name={mapping.fallbackFile} />: {rule?.fallback ? <Words text={rule.fallback.text} /> : 'never allowed'}
                  </>
                ) : null,
              },
              {
                label: 'Without it',
                value:
                  view.capabilities.length === 0
                    ? null
                    : view.capabilities.map(({ title, text }) => (
                        <span key={title} className="block">
                          {title}. {text}
                        </span>
                      )),
              },
              { label: 'Source', value: <SourceNote provenance={mapping} sources={policy.sources} /> },
            ]}
          />
          <div className="grid gap-4">
            <h2 className="h3">Record</h2>
            {found.whyNotRecord ? (
              <RecordKeyForm action={recordKeyAction} {...of} whyNot={found.whyNotRecord} />
            ) : (
              <Disclosure summary="Record which key it holds" button open={keys.length === 0}>
                <RecordKeyForm action={recordKeyAction} {...of} whyNot={null} />
              </Disclosure>
            )}
            {found.whyNotCorrect === null && current ? (
              <Disclosure summary={`Correct ${current.keyId}`} button>
                <p className="t-xs c2 mb-3">
                  For an id or date that was mistyped. What was recorded stays readable, and the reason with it.
                </p>
                <CorrectKeyForm action={recordKeyAction} {...of} keyId={current.keyId} />
              </Disclosure>
            ) : null}
            {found.whyNotReport ? (
              <ReportFingerprintForm action={reportFingerprintAction} {...of} whyNot={found.whyNotReport} />
            ) : (
              <Disclosure summary="Report a fingerprint" button>
                <div className="mb-3 grid gap-2">
                  <p className="t-xs c2">
                    Make it where the value lives, with a key of your own that stays there (<code>openssl rand -hex 32</code>):
                  </p>
                  <CodeBlock code={HMAC} label="Command that makes a fingerprint" fold />
                </div>
                <ReportFingerprintForm action={reportFingerprintAction} {...of} whyNot={null} />
              </Disclosure>
            )}
            {old.map(({ keyId }) =>
              found.whyNotRetire ? (
                <RetireKeyForm key={keyId} action={retireKeyAction} {...of} keyId={keyId} whyNot={found.whyNotRetire} />
              ) : (
                <Disclosure key={keyId} summary={`Retire ${keyId}`} button>
                  <RetireKeyForm action={retireKeyAction} {...of} keyId={keyId} whyNot={null} />
                </Disclosure>
              ),
            )}
          </div>
        </aside>
      </div>
    </Page>
  )
}
