import { KeyName } from '@/components/system/key-name'
import { profileRef } from '@/components/system/profile-ref'
import { EmptyState } from '@/components/ui/banner'
import { DataTable } from '@/components/ui/data-table'
import { ProfileTag } from '@/components/ui/profile'
import type { ContractDifference } from '@/lib/domain/contract/view'
import type { PolicyProfile } from '@/lib/domain/policy/schema'
import { plural } from '@/lib/format'

/** What is not the same on two profiles, variable by variable. */
export function ContractDifferences({
  left,
  right,
  differences,
  same,
}: {
  left: PolicyProfile
  right: PolicyProfile
  differences: readonly ContractDifference[]
  same: number
}) {
  return (
    <>
      <DataTable
        caption={`Differences between ${left.id} and ${right.id}`}
        columns={[
          { key: 'variable', header: 'Variable', rowHeader: true, cell: ({ variable }) => <KeyName name={variable} /> },
          side(left, ({ left: words }) => words),
          side(right, ({ right: words }) => words),
        ]}
        rows={differences}
        rowKey={({ variable }) => variable}
        flow
        empty={
          <EmptyState>
            No variable differs between {left.id} and {right.id}, as far as anybody reported.
          </EmptyState>
        }
      />
      {differences.length > 0 && same > 0 ? (
        <p className="t-xs c3 mt-2">
          {plural(same, 'variable')} {same === 1 ? 'is' : 'are'} the same on both.
        </p>
      ) : null}
    </>
  )
}

const side = (profile: PolicyProfile, words: (difference: ContractDifference) => readonly string[]) => ({
  key: profile.id,
  header: <ProfileTag profile={profileRef(profile.id, profile.class)} />,
  phoneLabel: profile.id,
  cell: (difference: ContractDifference) => words(difference).join(', '),
})
