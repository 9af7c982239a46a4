import { SourceNote, type SourceTitle } from '@/components/policy/source-note'
import { requiredWords, validatorWords } from '@/components/policy/variable-words'
import { Words } from '@/components/policy/words'
import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { Section } from '@/components/ui/section'
import { Chip, Status } from '@/components/ui/status'
import type { Policy, PolicyProfile, PolicyVariable } from '@/lib/domain/policy/schema'
import { plural } from '@/lib/format'
import { routes } from '@/lib/routes'
import { KeyName } from './key-name'
import { profileRef } from './profile-ref'

/** The contract between a system and its runtimes: every variable by group, what each profile needs of it and how it is judged. */
export function ContractTables({ policy }: { policy: Policy }) {
  const groups = [...new Set(policy.variables.map(({ group }) => group))]
  if (groups.length === 0) return <EmptyState>The policy names no variable.</EmptyState>
  return (
    <>
      {groups.map((group) => {
        const variables = policy.variables.filter((variable) => variable.group === group)
        return (
          <Section key={group} title={group} aside={plural(variables.length, 'variable')}>
            <div className="mt-3">
              <DataTable
                caption={`Variables: ${group}`}
                columns={contractColumns(policy.profiles, policy.sources)}
                rows={variables}
                rowKey={({ name }) => name}
                flow
              />
            </div>
          </Section>
        )
      })}
    </>
  )
}

function contractColumns(profiles: readonly PolicyProfile[], sources: readonly SourceTitle[]): Column<PolicyVariable>[] {
  return [
    {
      key: 'name',
      header: 'Variable',
      rowHeader: true,
      cell: (variable) => (
        <>
          <KeyName name={variable.name} />
          <span className="c2 block font-normal">
            <Words text={variable.description} />
          </span>
          <SourceNote provenance={variable} sources={sources} />
        </>
      ),
    },
    ...profiles.map((profile) => ({
      key: profile.id,
      header: <ProfileTag profile={profileRef(profile.id, profile.class)} />,
      phoneLabel: profile.id,
      cell: (variable: PolicyVariable) => requiredWords(variable, profile.id),
    })),
    { key: 'class', header: 'Class', cell: (variable) => (variable.secret ? <Status status="denied">secret</Status> : 'config') },
    {
      key: 'owner',
      header: 'Owner',
      cell: (variable) => (
        <>
          {variable.owner}
          {variable.mutability === 'immutable' ? (
            <span className="mt-1 block">
              <Chip status="na">{variable.owner === 'environment' ? 'environment-owned, immutable' : 'immutable'}</Chip>
            </span>
          ) : null}
        </>
      ),
    },
    {
      key: 'judged',
      header: 'Judged',
      cell: (variable) => (
        <>
          {variable.validators.length === 0 ? (
            <span className="c3">present or not</span>
          ) : (
            variable.validators.map(validatorWords).join('; ')
          )}
          {variable.critical ? <span className="block">no default where it is not allowed</span> : null}
          {variable.enforcedBy ? <span className="t-2xs c3 block">by {variable.enforcedBy}</span> : null}
        </>
      ),
    },
    {
      key: 'defined',
      header: 'Kept in',
      cell: (variable) =>
        variable.definedIn.length === 0 ? (
          <span className="c3">not stated</span>
        ) : (
          variable.definedIn.map(({ place, profiles: where }) => (
            <span key={place} className="block break-words">
              {place}
              {where ? ` (${where.join(', ')})` : ''}
            </span>
          ))
        ),
    },
  ]
}

/** Sets of required variables for different topologies, each with what it has more and less than the default one (001.12). */
export function ContractVariants({ policy }: { policy: Policy }) {
  if (policy.contractVariants.length === 0) return null
  return (
    <Section title="Sets of required variables" aside={plural(policy.contractVariants.length, 'set')}>
      <ul>
        {policy.contractVariants.map((variant) => {
          const usual = policy.contractVariants.find(
            (other) => other.isDefault && other.id !== variant.id && other.profiles.some((profile) => variant.profiles.includes(profile)),
          )
          const more = usual ? variant.variables.filter((name) => !usual.variables.includes(name)) : []
          const less = usual ? usual.variables.filter((name) => !variant.variables.includes(name)) : []
          return (
            <li key={variant.id} className="border-line grid gap-1 border-b py-3">
              <b className="b">
                {variant.title}{' '}
                <span className="c3 font-normal">
                  {variant.isDefault ? `default on ${variant.profiles.join(', ')}` : `for ${variant.profiles.join(', ')}`}
                </span>
              </b>
              <p>
                {variant.variables.map((name) => (
                  <code key={name} className="mr-3 inline-block">
                    {name}
                  </code>
                ))}
              </p>
              {usual && !variant.isDefault ? (
                <p className="t-xs c2">
                  Against {usual.title}: {more.length === 0 ? 'nothing more' : `more ${more.join(', ')}`};{' '}
                  {less.length === 0 ? 'nothing less' : `without ${less.join(', ')}`}.
                </p>
              ) : null}
              {variant.override ? (
                <p className="t-xs c2">
                  Replaced through <code>{variant.override.variable}</code>
                  {variant.override.command ? (
                    <>
                      {' '}
                      (<code>{variant.override.command}</code>)
                    </>
                  ) : null}
                  {variant.override.needs.length > 0 ? `; the record then holds ${variant.override.needs.join(', ')}` : ''}. Which set is in
                  force, and who chose it, stands under{' '}
                  <Link className="link" href={`${routes.systemContract(policy.system.slug)}#variants`}>
                    Contract
                  </Link>
                  .
                </p>
              ) : null}
              <SourceNote provenance={variant} sources={policy.sources} />
            </li>
          )
        })}
      </ul>
    </Section>
  )
}
