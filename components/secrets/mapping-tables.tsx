import { SourceNote, type SourceTitle } from '@/components/policy/source-note'
import { Words } from '@/components/policy/words'
import { KeyName } from '@/components/system/key-name'
import { profileRef } from '@/components/system/profile-ref'
import { Banner, EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Disclosure } from '@/components/ui/disclosure'
import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { Section } from '@/components/ui/section'
import { Chip, Status } from '@/components/ui/status'
import { Countdown } from '@/components/ui/time'
import { formatDuration } from '@/lib/domain/duration'
import { approversWords, ownersWords } from '@/lib/domain/ownership'
import type { Policy } from '@/lib/domain/policy/schema'
import { METHOD_TITLE } from '@/lib/domain/rotation'
import type { FormAction } from '@/lib/http/form-state'
import type { MappingView, ProfileSecrets } from '@/lib/queries/secrets-env'
import { routes } from '@/lib/routes'
import { AuditState } from './audit-state'
import { HeldKeys } from './held-keys'
import { KeyAge } from './key-age'
import { AuditForm } from './key-forms'
import { PRINT_FINDING } from './secret-words'

/** Names in the secret manager and the variables they become, a table a profile, with what each holds and how old that is (000.14 to 000.24). */
export function MappingTables({
  policy,
  profiles,
  auditAction,
}: {
  policy: Policy
  profiles: readonly ProfileSecrets[]
  auditAction: FormAction
}) {
  if (policy.secrets.mappings.length === 0) return <EmptyState>The policy maps no secret of a manager to a variable.</EmptyState>
  return profiles.map((secrets) => <ProfileSection key={secrets.profile.id} policy={policy} secrets={secrets} auditAction={auditAction} />)
}

function ProfileSection({ policy, secrets, auditAction }: { policy: Policy; secrets: ProfileSecrets; auditAction: FormAction }) {
  const { profile, storage, mappings, glass, audit } = secrets
  const slug = policy.system.slug
  return (
    <Section
      id={profile.id}
      title={
        <>
          Secret mapping <ProfileTag profile={profileRef(profile.id, profile.class)} />
        </>
      }
      aside={storage ? <Words text={`${storage.store}. ${storage.text}`} /> : undefined}
    >
      {glass.map((use) => (
        <div key={use.id} className="mt-3">
          <Banner
            status="glass"
            title={`${use.id}: glass is open on ${profile.id}`}
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
      <div className="mt-3">
        <DataTable
          caption={`Secrets of ${profile.id}`}
          columns={columnsOf(policy, profile.id, policy.sources)}
          rows={mappings}
          rowKey={({ mapping }) => mapping.id}
          flow
          empty={<EmptyState>The policy asks for no secret here.</EmptyState>}
        />
      </div>
      {audit || (mappings.length > 0 && secrets.whyNotAudit === null) ? (
        <div className="mt-4 grid max-w-[680px] gap-3" id={`audit-${profile.id}`}>
          <h3 className="h3">Audit of secret handling</h3>
          {audit ? <AuditState standing={audit} /> : <p className="c2">The policy asks for no audit here, and nobody did one.</p>}
          {secrets.whyNotAudit ? (
            <p className="t-xs c3">{secrets.whyNotAudit.sentence}</p>
          ) : (
            <Disclosure summary="Record an audit" button>
              <AuditForm
                action={auditAction}
                system={slug}
                of={{ profile: profile.id }}
                every={audit?.rule ? formatDuration(audit.rule.every) : null}
                whyNot={null}
              />
            </Disclosure>
          )}
        </div>
      ) : null}
    </Section>
  )
}

function columnsOf(policy: Policy, profile: string, sources: readonly SourceTitle[]): Column<MappingView>[] {
  const slug = policy.system.slug
  return [
    {
      key: 'key',
      header: 'Store key',
      rowHeader: true,
      cell: ({ mapping, managerKey }) => (
        <Link className="link" href={routes.systemKey(slug, profile, mapping.id)}>
          <KeyName name={managerKey} />
        </Link>
      ),
    },
    {
      key: 'variable',
      header: 'Variable',
      cell: (view) => (
        <>
          <KeyName name={view.mapping.variable} />
          <span className="c2 block">
            <Words text={view.mapping.notes} />
          </span>
          <Capabilities view={view} />
          <SourceNote provenance={view.mapping} sources={sources} />
        </>
      ),
    },
    {
      key: 'held',
      header: 'Key held',
      cell: ({ keys, findings, mapping }) => (
        <>
          <HeldKeys keys={keys} />
          {findings.map((finding) => (
            <span key={`${finding.kind} ${finding.mapping}`} className="mt-1.5 block">
              <Status status="fail" long>
                {PRINT_FINDING[finding.kind]}
              </Status>
              <span className="t-xs c2 block">
                {finding.other
                  ? otherPlace(finding.mapping === mapping.id && finding.profile === profile ? finding.other : finding, profile)
                  : finding.sentence}
              </span>
            </span>
          ))}
        </>
      ),
    },
    { key: 'age', header: 'Age and next due', cell: (view) => <AgeCell view={view} /> },
    { key: 'rotates', header: 'Rotates', cell: (view) => <RotatesCell policy={policy} view={view} /> },
    { key: 'owner', header: 'Owner', cell: ({ rule }) => (rule ? ownersWords(rule) : <span className="c3">no rule</span>) },
    { key: 'approver', header: 'Approver', cell: ({ rule }) => (rule ? approversWords(rule) : <span className="c3">no rule</span>) },
    {
      key: 'fallback',
      header: 'Fallback',
      cell: ({ mapping, rule }) =>
        mapping.fallbackFile ? (
          <>
            <KeyName name={mapping.fallbackFile} />
            <span className="block">{rule?.fallback ? <Words text={rule.fallback.text} /> : 'never allowed'}</span>
          </>
        ) : (
          <span className="c3">no file</span>
        ),
    },
  ]
}

function otherPlace({ profile, mapping }: { profile: string; mapping: string }, here: string) {
  return profile === here ? `with ${mapping}` : `with ${mapping} on ${profile}`
}

/** What the system does without the variable (001.4): a capability that is off is said as one, not as a fault. */
function Capabilities({ view }: { view: MappingView }) {
  return view.capabilities.map(({ title, whenMissing, text }) => (
    <span key={title} className="my-1 block">
      <Chip status="na">
        {title}: {MISSING[whenMissing]}
      </Chip>
      <span className="t-xs c3 block">{text}</span>
    </span>
  ))
}

const MISSING = { disabled: 'off when missing', 'startup-failure': 'no start without it', default: 'a default when missing' } as const

function AgeCell({ view: { rule, standing, counts } }: { view: MappingView }) {
  if (!rule || !standing) return <span className="c3">no limit</span>
  if (!counts) return <span className="c3">Old by design: it holds what the first of the pair was. The first one counts.</span>
  return (
    <>
      <KeyAge standing={standing} />
      {rule.assumedFields?.includes('maxAge') || rule.assumed ? <span className="t-2xs c3 block">limit assumed</span> : null}
    </>
  )
}

function RotatesCell({ policy, view: { mapping, rule } }: { policy: Policy; view: MappingView }) {
  const group = policy.secrets.groups.find(({ id }) => id === mapping.group)
  return (
    <>
      {rule ? METHOD_TITLE[rule.method] : <span className="c3">no rule</span>}
      <span className="t-xs c3 block">
        {group ? `${group.title}${group.pairing === 'rotate-together' && group.members.length > 1 ? ', together' : ''}` : 'by itself'}
      </span>
    </>
  )
}
