import { ChevronDown, Search, X } from 'lucide-react'
import Form from 'next/form'
import type { ReactNode } from 'react'
import { Link } from '@/components/ui/link'
import { ACTION_GROUPS } from '@/lib/domain/trail'
import { formatDate } from '@/lib/format'
import { routes } from '@/lib/routes'
import type { AuditFilterInput } from '@/lib/schemas/audit'

const DAY_MS = 86_400_000
const day = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** The time that a filter spans, in words. */
export function spanWords({ from, to }: AuditFilterInput, now: Date): string {
  const today = day(now.getTime())
  if (!from && !to) return 'Any time'
  if (from === to && from) return from === today ? 'Today' : formatDate(from)
  if (from && to) return `${formatDate(from)} to ${formatDate(to)}`
  return from ? `Since ${formatDate(from)}` : `Until ${formatDate(to as string)}`
}

type Choice = readonly [value: string, label: string]

/**
 * The filters of the trail: a word, time, who, did, system. They stand in the address and work without JavaScript. What a link narrowed to and no
 * field shows (a subject, one action) stays, as something to take away.
 */
export function TrailFilters({
  filter,
  choices,
  now,
}: {
  filter: AuditFilterInput
  choices: {
    systems: readonly { id: string; name: string }[]
    actors: readonly { id: string; name: string }[]
    everything: boolean
  }
  now: Date
}) {
  const groups: Choice[] = Object.entries(ACTION_GROUPS).map(([key, { label }]) => [key, label])
  const isGroup = filter.action === undefined || groups.some(([key]) => key === filter.action)
  const systems: Choice[] = [
    ...choices.systems.map(({ id, name }): Choice => [id, name]),
    ...(choices.everything ? [['-', 'Countersign itself'] as Choice] : []),
  ]
  const actors = choices.actors.map(({ id, name }): Choice => [id, name])
  const all = choices.systems.length === 1 ? 'The one' : `All ${choices.systems.length}`
  return (
    <Form action={routes.audit()} className="filters mt-5" aria-label="Filters" scroll={false}>
      <span className="relative max-sm:w-full">
        <Search size={14} className="c3 pointer-events-none absolute top-1/2 left-2.5 -mt-[7px]" aria-hidden="true" />
        <input
          key={filter.q}
          className="in pl-8!"
          type="search"
          name="q"
          defaultValue={filter.q}
          maxLength={100}
          placeholder="Actor, object, hash, #number"
          aria-label="Actor, object, hash or number"
          data-filter=""
          autoComplete="off"
          spellCheck={false}
        />
      </span>
      <When filter={filter} now={now} />
      <Choose name="actor" label="Who" any="Anyone" value={filter.actor} options={withChosen(actors, filter.actor, 'Somebody')} />
      <Choose name="action" label="Did" any="Any action" value={isGroup ? filter.action : undefined} options={groups} />
      <Choose name="system" label="System" any={all} value={filter.system} options={withChosen(systems, filter.system, filter.system)} />
      {filter.subject ? <input type="hidden" name="subject" value={filter.subject} /> : null}
      <button type="submit" className="btn sm">
        Filter
      </button>
      {filter.subject ? <Taken href={routes.audit({ ...filter, subject: undefined })}>Only {aboutWords(filter.subject)}</Taken> : null}
      {filter.action && !isGroup ? (
        <Taken href={routes.audit({ ...filter, action: undefined })}>
          Only <code>{filter.action}</code>
        </Taken>
      ) : null}
      {Object.keys(filter).length > 0 ? (
        <Link className="link t-xs" href={routes.audit()}>
          Clear all
        </Link>
      ) : null}
    </Form>
  )
}

const aboutWords = (subject: string): ReactNode => {
  const [, kind, id] = /^([a-z_]+):(.+)$/.exec(subject) ?? []
  return (
    <>
      {kind ? `${kind.replaceAll('_', ' ')} ` : ''}
      <code>{(id ?? subject).slice(0, 12)}</code>
    </>
  )
}

/** What was asked for stays chosen even where the list does not offer it: somebody retired, a system no longer read. */
function withChosen(options: Choice[], value: string | undefined, label: string | undefined): Choice[] {
  return value === undefined || options.some(([key]) => key === value) ? options : [...options, [value, label ?? value]]
}

function Choose({
  name,
  label,
  any,
  value,
  options,
}: {
  name: string
  label: string
  any: string
  value?: string
  options: readonly Choice[]
}) {
  return (
    <label className="pick">
      <span>{label}</span>
      <select key={value} name={name} defaultValue={value ?? ''}>
        <option value="">{any}</option>
        {options.map(([key, words]) => (
          <option key={key} value={key}>
            {words}
          </option>
        ))}
      </select>
      <ChevronDown size={14} aria-hidden="true" />
    </label>
  )
}

function When({ filter, now }: { filter: AuditFilterInput; now: Date }) {
  const at = now.getTime()
  const presets: [string, string | undefined][] = [
    ['Today', day(at)],
    ['Last 7 days', day(at - 6 * DAY_MS)],
    ['Last 30 days', day(at - 29 * DAY_MS)],
    ['Any time', undefined],
  ]
  return (
    <details className="pickdays" data-menu="" key={`${filter.from} ${filter.to}`}>
      <summary className="pick">
        <span>When</span>
        <b>{spanWords(filter, now)}</b>
        <ChevronDown size={14} aria-hidden="true" />
      </summary>
      <div className="days">
        <ul>
          {presets.map(([words, from]) => (
            <li key={words}>
              <Link className="link" href={routes.audit({ ...filter, from, to: from === day(at) ? from : undefined })} scroll={false}>
                {words}
              </Link>
            </li>
          ))}
        </ul>
        <label>
          From
          <input className="in" type="date" name="from" defaultValue={filter.from} />
        </label>
        <label>
          To
          <input className="in" type="date" name="to" defaultValue={filter.to} />
        </label>
        <p className="t-2xs c3">Whole days in UTC, both included.</p>
      </div>
    </details>
  )
}

function Taken({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link className="chip" href={href} scroll={false}>
      <span>{children}</span>
      <X size={12} aria-hidden="true" />
      <span className="sr">, take away</span>
    </Link>
  )
}
