import { SourceNote } from '@/components/policy/source-note'
import { KeyName } from '@/components/system/key-name'
import { profileRef } from '@/components/system/profile-ref'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { DataTable } from '@/components/ui/data-table'
import { Disclosure } from '@/components/ui/disclosure'
import { Select, TextArea } from '@/components/ui/field'
import { ProfileTag } from '@/components/ui/profile'
import { Time } from '@/components/ui/time'
import type { Policy } from '@/lib/domain/policy/schema'
import type { FormAction } from '@/lib/http/form-state'
import type { ContractOnProfile, VariantChoice, VariantView } from '@/lib/queries/contract'

type Actions = { choose: FormAction; end: FormAction }

/** Which set of variables each profile has to have, who chose it and why, and the way to another one (001.12). */
export function VariantsInForce({
  policy,
  profiles,
  past,
  actions,
}: {
  policy: Policy
  profiles: readonly ContractOnProfile[]
  past: readonly VariantChoice[]
  actions: Actions
}) {
  const titles = new Map(policy.contractVariants.map(({ id, title }) => [id, title]))
  return (
    <>
      <ul>
        {profiles.map(({ profile, variant }) =>
          variant ? (
            <li key={profile.id} className="border-line grid max-w-[680px] gap-2 border-b py-3">
              <p>
                <ProfileTag profile={profileRef(profile.id, profile.class)} /> <b className="b">{variant.inForce.title}</b>{' '}
                {variant.choice ? (
                  <span className="c2">
                    chosen by {variant.choice.chosenBy} on <Time at={variant.choice.chosenAt} />:{' '}
                    {variant.choice.reason ?? 'the reason was erased.'}
                  </span>
                ) : (
                  <span className="c3">the default</span>
                )}
              </p>
              <p>
                {variant.inForce.variables.map((name) => (
                  <span key={name} className="t-xs mr-3 inline-block">
                    <KeyName name={name} />
                  </span>
                ))}
              </p>
              <SourceNote provenance={variant.inForce} sources={policy.sources} />
              <VariantActs system={policy.system.slug} profile={profile.id} view={variant} actions={actions} />
            </li>
          ) : null,
        )}
      </ul>
      {past.length > 0 ? (
        <div className="mt-4">
          <Disclosure summary={`Chosen before (${past.length})`}>
            <DataTable
              caption="Sets that were chosen before"
              columns={[
                { key: 'variant', header: 'Set', rowHeader: true, cell: ({ variant }) => titles.get(variant) ?? variant },
                { key: 'profile', header: 'Profile', cell: ({ profile }) => profile },
                { key: 'who', header: 'By', cell: ({ chosenBy }) => chosenBy },
                { key: 'from', header: 'From', cell: ({ chosenAt }) => <Time at={chosenAt} /> },
                { key: 'until', header: 'Until', cell: ({ endedAt }) => (endedAt ? <Time at={endedAt} /> : 'now') },
                { key: 'why', header: 'Why', cell: ({ reason }) => reason ?? 'The reason was erased.' },
              ]}
              rows={past}
              rowKey={({ id }) => id}
              flow
            />
          </Disclosure>
        </div>
      ) : null}
    </>
  )
}

function VariantActs({ system, profile, view, actions }: { system: string; profile: string; view: VariantView; actions: Actions }) {
  if (view.others.length === 0 && !view.choice) return null
  return (
    <div className="row wrap items-start gap-3">
      {view.others.length === 0 ? null : view.whyNotChoose ? (
        <p className="t-xs c3">{view.whyNotChoose.sentence}</p>
      ) : (
        <Disclosure summary="Choose another set" button>
          <ActionForm action={actions.choose} hidden={{ system, profile }} label={`Choose another set for ${profile}`}>
            <Select
              name="variant"
              label="Set of required variables"
              options={view.others.map(({ id, title }) => ({ value: id, label: title }))}
              defaultValue={view.others[0]?.id}
            />
            <TextArea name="reason" label="Why" hint="It stays on the record, with your name and the time." rows={2} />
            <SubmitButton pendingLabel="Recording">Choose it for {profile}</SubmitButton>
          </ActionForm>
        </Disclosure>
      )}
      {view.choice ? (
        <ActionForm action={actions.end} hidden={{ system, profile }} label={`Put the default set of ${profile} back`}>
          <SubmitButton variant="default" refusal={view.whyNotEnd} pendingLabel="Recording">
            Put the default set back
          </SubmitButton>
        </ActionForm>
      ) : null}
    </div>
  )
}
