import { Section } from '@/components/ui/section'
import { Toc } from '@/components/ui/tabs'
import { type OutlineEntry, outlineOf } from '@/lib/domain/policy/outline'
import type { Policy } from '@/lib/domain/policy/schema'
import { plural } from '@/lib/format'
import { SourceNote, type SourceTitle } from './source-note'
import { Words } from './words'

/** Everything a policy says, grouped, every rule with its source or "assumed". */
export function PolicyOutline({ policy }: { policy: Policy }) {
  const sections = outlineOf(policy)
  return (
    <div className="grid gap-x-9 lg:grid-cols-[184px_minmax(0,1fr)]">
      <div className="max-lg:hidden">
        <div className="sticky top-16 max-h-[calc(100vh-80px)] overflow-y-auto">
          <Toc label="Parts of the policy" items={sections.map(({ id, title }) => ({ label: title, href: `#policy-${id}` }))} />
        </div>
      </div>
      <div className="min-w-0">
        {sections.map(({ id, title, entry }) => {
          const only = entry.text === null && entry.facts.length === 0 && entry.lists.length === 1 ? entry.lists[0] : undefined
          return (
            <Section key={id} title={title} id={`policy-${id}`} aside={only ? plural(only.entries.length, 'rule') : undefined}>
              {only ? <Entries entries={only.entries} sources={policy.sources} /> : <EntryBody entry={entry} sources={policy.sources} />}
            </Section>
          )
        })}
      </div>
    </div>
  )
}

function Entries({ entries, sources }: { entries: readonly OutlineEntry[]; sources: readonly SourceTitle[] }) {
  return (
    <ul>
      {entries.map((entry, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two parts of a document may have one name; their order never changes here.
        <li key={`${entry.id} ${index}`} className="border-line border-b py-2.5 last:border-b-0">
          {/^\d+$/.test(entry.title) ? null : (
            <b className="b">
              <Words text={entry.title} />
            </b>
          )}
          <EntryBody entry={entry} sources={sources} />
        </li>
      ))}
    </ul>
  )
}

function EntryBody({ entry, sources }: { entry: OutlineEntry; sources: readonly SourceTitle[] }) {
  return (
    <div className="grid min-w-0 gap-1">
      {entry.text ? (
        <p>
          <Words text={entry.text} />
        </p>
      ) : null}
      {entry.facts.length > 0 ? (
        <dl className="kv wider">
          {entry.facts.map((fact) => (
            <div className="contents" key={fact.label}>
              <dt>{fact.label}</dt>
              <dd>
                <Words text={fact.value} />
                {fact.assumed ? <span className="c3"> (assumed)</span> : null}
              </dd>
            </div>
          ))}
        </dl>
      ) : null}
      {entry.lists.map((list) => (
        <div key={list.label} className="border-line mt-1 border-l pl-4">
          <span className="t-xs c3">{list.label}</span>
          <Entries entries={list.entries} sources={sources} />
        </div>
      ))}
      {entry.provenance ? <SourceNote provenance={entry.provenance} sources={sources} /> : null}
    </div>
  )
}
