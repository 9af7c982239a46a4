'use client'

import clsx from 'clsx'
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { type KeyboardEvent, useRef, useState } from 'react'
import { singleLettersOn } from '@/components/layout/shortcuts'
import type { SourceTitle } from '@/components/policy/source-note'
import { Words } from '@/components/policy/words'
import { EmptyState } from '@/components/ui/banner'
import { Segmented } from '@/components/ui/field'
import { Link } from '@/components/ui/link'
import { BulletBar } from '@/components/ui/plots'
import { ProfileTag } from '@/components/ui/profile'
import { StatusGlyph } from '@/components/ui/status'
import { RelativeTime } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import { type MatrixCell, type MatrixGroup, type MatrixRow, type MatrixState, PROBLEM_STATES } from '@/lib/domain/matrix-cell'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import type { MatrixActs } from '@/lib/queries/matrix-acts'
import { routes } from '@/lib/routes'
import { cellWords, joiner } from './cell-words'
import { fileHref } from './file-href'
import { KeyName } from './key-name'
import { MatrixInspector } from './matrix-inspector'
import { profileRef } from './profile-ref'

export type MatrixProfile = { id: string; class: ProfileClass }

const TINT: Partial<Record<MatrixState, string>> = { fail: 'f', 'open-drift': 'f', warn: 'w', drift: 'd', glass: 'f' }

const isProblem = (cell: MatrixCell | undefined) => cell !== undefined && PROBLEM_STATES.includes(cell.state)
const cellKey = (row: MatrixRow, profile: string) => `${row.id}@${profile}`

/**
 * The whole grid of a system. Arrow keys move between cells, Home and End to the ends of a row, Enter and `o` open the inspector, Escape closes it
 * and comes back, `e` files an exception from the cell. The cell, the filter and, on a phone, the profile stand in the address (`?cell=`, `?show=`, `?profile=`).
 */
export function MatrixGrid({
  name,
  groups,
  profiles,
  sources,
  acts,
}: {
  name: string
  groups: readonly MatrixGroup[]
  profiles: readonly MatrixProfile[]
  sources: readonly SourceTitle[]
  acts: MatrixActs
}) {
  const router = useRouter()
  const pathname = usePathname()
  const search = useSearchParams()
  const grid = useRef<HTMLTableElement>(null)
  const selected = search.get('cell')
  const onlyProblems = search.get('show') === 'problems'
  const asked = search.get('profile')
  const onPhone = profiles.find(({ id }) => id === asked)?.id ?? profileOf(selected, profiles) ?? profiles.at(-1)?.id ?? ''
  const [at, setAt] = useState<string | null>(selected)

  const shown = groups
    .map((group) => ({ ...group, rows: onlyProblems ? group.rows.filter((row) => row.cells.some(isProblem)) : group.rows }))
    .filter((group) => group.rows.length > 0)
  const rows = shown.flatMap((group) => group.rows)
  const problemsHere = rows.filter((row) => isProblem(row.cells.find((cell) => cell.profile === onPhone))).length
  const foldOnPhone = !onlyProblems && search.get('show') !== 'all' && problemsHere > 0
  const keys = rows.flatMap((row) => profiles.map(({ id }) => cellKey(row, id)))
  const tabStop = at !== null && keys.includes(at) ? at : keys[0]
  const open = rows
    .flatMap((row) => row.cells.map((cell) => ({ row, cell })))
    .find(({ row, cell }) => cellKey(row, cell.profile) === selected)

  function address(changes: Record<string, string | null>): string {
    const query = new URLSearchParams(search)
    for (const [key, value] of Object.entries(changes)) {
      if (value === null) query.delete(key)
      else query.set(key, value)
    }
    const text = query.toString()
    return text ? `${pathname}?${text}` : pathname
  }

  /** A shallow change of the address: the data is here already. */
  const show = (changes: Record<string, string | null>) => window.history.replaceState(null, '', address(changes))

  function focus(key: string | undefined) {
    if (key === undefined) return
    setAt(key)
    grid.current?.querySelector<HTMLElement>(`[data-cell="${CSS.escape(key)}"]`)?.focus()
  }

  function onKeyDown(event: KeyboardEvent) {
    const key = (event.target as HTMLElement).dataset.cell
    const index = key === undefined ? -1 : keys.indexOf(key)
    if (index === -1 || event.altKey || event.metaKey) return
    const width = profiles.length
    const start = index - (index % width)
    const to: Record<string, number> = {
      ArrowRight: index % width === width - 1 ? index : index + 1,
      ArrowLeft: index % width === 0 ? index : index - 1,
      ArrowDown: index + width < keys.length ? index + width : index,
      ArrowUp: index >= width ? index - width : index,
      Home: event.ctrlKey ? 0 : start,
      End: event.ctrlKey ? keys.length - 1 : start + width - 1,
    }
    const next = to[event.key]
    const isLetter = !event.ctrlKey && !event.shiftKey && singleLettersOn()
    const cell = rows[Math.floor(index / width)]?.cells.find((each) => key?.endsWith(`@${each.profile}`))
    if (next !== undefined) {
      event.preventDefault()
      focus(keys[next])
    } else if (isLetter && event.key === 'o') {
      event.preventDefault()
      show({ cell: key ?? null })
    } else if (isLetter && event.key === 'e' && cell?.key && cell.rule !== null) {
      event.preventDefault()
      // A cell that has one leads there: a rule has one exception at a time, and a longer one is an extension.
      router.push(cell.exception ? routes.exception(cell.exception.id) : fileHref(acts.system, cell, cell.key))
    } else if (event.key === 'Escape' && selected) {
      event.preventDefault()
      show({ cell: null })
    }
  }

  function close() {
    const back = selected
    show({ cell: null })
    focus(back ?? undefined)
  }

  return (
    <>
      <div className="only-phone mb-3">
        <Segmented
          key={onPhone}
          name="profile"
          label="Profile"
          hideLabel
          joined
          defaultValue={onPhone}
          options={profiles.map(({ id }) => ({ value: id, label: id }))}
          onValue={(profile) => show({ profile, cell: null })}
        />
        {foldOnPhone ? (
          <p className="c2 mt-2">
            {problemsHere === 1 ? 'One rule' : `${problemsHere} rules`} on {onPhone} {problemsHere === 1 ? 'needs' : 'need'} a look.{' '}
            <Link className="link" href={address({ show: 'all', profile: onPhone })} scroll={false}>
              Show all rules
            </Link>
          </p>
        ) : null}
      </div>
      {rows.length === 0 ? (
        <EmptyState
          action={
            <Link className="link" href={address({ show: null })}>
              Show all rules
            </Link>
          }
        >
          No rule is known to be broken or stale on any profile. Rules without an observation are not problems; they are shown among all
          rules.
        </EmptyState>
      ) : (
        <div className={clsx(open ? 'withside' : 'mt-3')}>
          {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the grid pattern of ux.md section 8, with one tab stop. */}
          <table className="mx" role="grid" ref={grid} onKeyDown={onKeyDown} aria-label={`Rules of ${name} by profile`}>
            <colgroup>
              <col className="w-[178px] max-sm:w-[40%]" />
              {profiles.map(({ id }) => (
                <col key={id} className={clsx(id !== onPhone && 'not-phone')} />
              ))}
            </colgroup>
            <thead>
              <tr>
                <th scope="col">
                  <span className="sr">Rule</span>
                </th>
                {profiles.map((profile) => (
                  <th key={profile.id} scope="col" className={clsx(profile.id !== onPhone && 'not-phone')}>
                    <ProfileTag profile={profileRef(profile.id, profile.class)} />
                  </th>
                ))}
              </tr>
            </thead>
            {shown.map((group) => (
              <tbody key={group.id}>
                <tr
                  className={clsx(
                    'grp',
                    foldOnPhone && !group.rows.some((row) => isProblem(row.cells.find((cell) => cell.profile === onPhone))) && 'not-phone',
                  )}
                >
                  <th colSpan={2} scope="colgroup">
                    {group.title}
                  </th>
                  {/* One cell over all columns would make room for the hidden ones on a phone, where one profile is shown at a time. */}
                  {profiles.length > 1 ? <td colSpan={profiles.length - 1} className="not-phone" aria-hidden="true" /> : null}
                </tr>
                {group.rows.map((row) => (
                  <tr
                    key={row.id}
                    className={clsx(foldOnPhone && !isProblem(row.cells.find((cell) => cell.profile === onPhone)) && 'not-phone')}
                  >
                    <th scope="row">
                      {row.title}
                      {row.paths.map((path) => (
                        <KeyName key={path} name={path} />
                      ))}
                    </th>
                    {row.cells.map((cell) => {
                      const key = cellKey(row, cell.profile)
                      return (
                        // biome-ignore lint/a11y/useFocusableInteractive: the link inside takes the focus, as the grid pattern has it for a cell with one control.
                        <td
                          key={key}
                          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a cell of a grid is a gridcell.
                          role="gridcell"
                          aria-selected={selected === key}
                          className={clsx(TINT[cell.state], selected === key && 'on', cell.profile !== onPhone && 'not-phone')}
                        >
                          <Link
                            href={address({ cell: key })}
                            scroll={false}
                            data-cell={key}
                            tabIndex={key === tabStop ? 0 : -1}
                            className="-mx-3 -my-2 block px-3 py-2"
                            onFocus={() => setAt(key)}
                            onClick={(event) => {
                              if (event.ctrlKey || event.metaKey || event.shiftKey) return
                              event.preventDefault()
                              show({ cell: selected === key ? null : key })
                            }}
                          >
                            <CellWords cell={cell} />
                          </Link>
                        </td>
                      )
                    })}
                  </tr>
                ))}
              </tbody>
            ))}
          </table>
          {open ? <MatrixInspector row={open.row} cell={open.cell} sources={sources} acts={acts} onClose={close} /> : null}
        </div>
      )}
    </>
  )
}

function profileOf(cell: string | null, profiles: readonly MatrixProfile[]): string | undefined {
  return profiles.find(({ id }) => cell?.endsWith(`@${id}`))?.id
}

function CellWords({ cell }: { cell: MatrixCell }) {
  return (
    <>
      <span className="req">
        <StatusGlyph status={cell.state} label={cellWords(cell)} />
        <span>{cell.rule === null ? <span className="c3">none</span> : <Words text={cell.rule} />}</span>
      </span>
      <span className="ev block">
        <Visible text={cell.known} />
        {cell.knownAt ? (
          <>
            {joiner(cell.known)}
            <RelativeTime at={cell.knownAt} short />
          </>
        ) : null}
        {cell.bullet ? <BulletBar value={cell.bullet.value} limit={cell.bullet.limit} /> : null}
      </span>
    </>
  )
}
