import { profileRef } from '@/components/system/profile-ref'
import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { BulletBar } from '@/components/ui/plots'
import { ProfileTag } from '@/components/ui/profile'
import { Status } from '@/components/ui/status'
import type { RotationStatus } from '@/lib/domain/rotation'
import type { KeyRow } from '@/lib/queries/rotations'
import { routes } from '@/lib/routes'
import { ageOfLimit, KEY_STATUS, keyWords, STATUS_WORDS } from './rotation-words'

const COLUMNS: Column<KeyRow>[] = [
  {
    key: 'what',
    header: 'Key or pair',
    rowHeader: true,
    cell: (row) => (
      <>
        {row.title}
        <code className="t-2xs c3 block">{namesOf(row)}</code>
      </>
    ),
  },
  {
    key: 'system',
    header: 'System',
    cell: (row) => (
      <Link className="link" href={routes.systemEnv(row.system.slug)}>
        {row.system.name}
      </Link>
    ),
  },
  { key: 'profile', header: 'Profile', cell: (row) => <ProfileTag profile={profileRef(row.profile.id, row.profile.class)} /> },
  {
    key: 'age',
    header: 'Age against limit',
    sorted: 'descending',
    cell: (row) => <AgeCell row={row} />,
  },
  { key: 'owner', header: 'Owner', cell: (row) => row.owners },
  { key: 'approver', header: 'Approver', cell: (row) => row.approvers },
  {
    key: 'next',
    header: 'Next step',
    cell: (row) =>
      row.rotation ? (
        <Link className="link" href={routes.rotation(row.rotation.id)}>
          {row.rotation.id}, {STATUS_WORDS[row.rotation.status as RotationStatus].toLowerCase()}
        </Link>
      ) : row.state === 'unknown' ? (
        <Link className="link" href={routes.systemEnv(row.system.slug, { profile: row.profile.id })}>
          Record which key it holds
        </Link>
      ) : (
        <Link
          className="link"
          href={routes.rotationNew({ system: row.system.slug, rule: row.rule, cause: row.state === 'ok' ? undefined : 'scheduled' })}
        >
          Open a rotation
          <span className="sr">
            {' '}
            of {row.system.name} {row.profile.id}, {row.title}
          </span>
        </Link>
      ),
  },
]

/** Every secret, pair or group that is rotated together, the longest over its limit first. */
export function KeyTable({ rows, empty }: { rows: readonly KeyRow[]; empty: string }) {
  return (
    <DataTable
      caption="Keys and pairs by days over their limit"
      columns={COLUMNS}
      rows={rows}
      rowKey={(row) => row.key}
      flow
      empty={<EmptyState>{empty}</EmptyState>}
    />
  )
}

/** The age of keys as a bullet bar with its words; glyph and word carry the state, not the colour. */
function AgeCell({ row }: { row: KeyRow }) {
  const { ageMs, limitMs } = row
  return (
    <span className="agecell">
      {ageMs !== null && limitMs !== null ? <BulletBar value={ageMs} limit={limitMs} /> : <span className="noage" aria-hidden="true" />}
      <span>
        <Status status={KEY_STATUS[row.state]} plain={row.state === 'ok'}>
          {keyWords(row)}
        </Status>
        {ageMs === null || limitMs === null ? null : (
          <span className="t-xs c3 num block">
            {ageOfLimit(ageMs, limitMs)}
            {row.blocks ? ', holds promotions' : ''}
          </span>
        )}
      </span>
    </span>
  )
}

function namesOf({ title, variables }: KeyRow): string {
  if (variables.join(', ') === title) return variables.length > 1 ? `${variables.length} secrets` : ''
  return variables.length > 3 ? `${variables.slice(0, 2).join(', ')} and ${variables.length - 2} more` : variables.join(', ')
}
