'use client'

import { useSealedDocument } from '@/components/ceremony/sealed'
import { Words } from '@/components/policy/words'
import { KeyValue } from '@/components/ui/key-value'
import { Section } from '@/components/ui/section'
import { Time } from '@/components/ui/time'
import type { ExceptionText } from '@/lib/domain/exception-approval'
import { spanInWords } from '@/lib/domain/exception-sentence'
import { formatHash, listWords, plural } from '@/lib/format'

/**
 * What is decided on, read from the sealed text itself (000.24): what deviates, since and until when, whose it is. `texts` are the words of the digests it
 * holds, `names` those of today of the people it names by id.
 */
export function SealedFacts({
  system,
  hash,
  texts,
  names,
}: {
  system: string
  hash: string
  texts: Readonly<Record<string, string>>
  names: Readonly<Record<string, string>>
}) {
  const { document: text } = useSealedDocument<ExceptionText>()
  const said = (digest: string | null) => (digest === null ? null : <Words text={texts[digest] ?? digest} />)
  const who = (id: string) => names[id] ?? id
  const start = new Date(text.startsAt)
  const until = new Date(text.until)
  return (
    <>
      <Section title="What deviates" aside={text.exception}>
        <div className="pt-3">
          <KeyValue
            width="wider"
            items={[
              { label: 'Where', value: `${system} ${text.profile}` },
              { label: 'Rule', value: <RuleName title={text.title} rule={text.rule} /> },
              { label: 'The policy says', value: <Words text={text.expected} /> },
              { label: 'It is', value: <Words text={text.observed} /> },
              { label: 'Why', value: said(text.reason) },
              { label: 'Finding', value: text.finding },
              { label: 'Policy', value: `version ${text.policy.version}` },
            ]}
          />
        </div>
      </Section>
      <Section title="How long, and whose">
        <div className="pt-3">
          <KeyValue
            width="wider"
            items={[
              { label: 'Since', value: <Time at={start} /> },
              { label: 'Until', value: <Time at={until} /> },
              { label: 'That is', value: spanInWords(start, until) },
              { label: 'Moves the end of', value: text.extends === null ? null : <Time at={text.extends} /> },
              { label: 'Why longer', value: said(text.extensionReason) },
              { label: 'Owner', value: who(text.owner) },
              { label: 'Filed by', value: who(text.filedBy) },
              { label: 'Asked for by', value: text.askedBy === text.filedBy ? null : who(text.askedBy) },
              { label: 'Takes', value: listWords(text.slots.map(({ title }) => title)) },
            ]}
          />
        </div>
      </Section>
      <Section title="How it gets fixed">
        <p className="pt-3">{said(text.remediation)}</p>
      </Section>
      <Section title="Conditions" aside={text.conditions.length > 0 ? plural(text.conditions.length, 'condition') : undefined}>
        {text.conditions.length === 0 ? (
          <p className="c2 pt-3">No conditions.</p>
        ) : (
          <ul className="grid gap-1.5 pt-3">
            {text.conditions.map((digest) => (
              <li key={digest}>{said(digest)}</li>
            ))}
          </ul>
        )}
      </Section>
      <Section title="Hash" aside={`version ${text.number}`}>
        <p className="pt-3">
          <code className="c2 t-xs">{formatHash(hash)}</code>
        </p>
      </Section>
    </>
  )
}

function RuleName({ title, rule }: { title: string; rule: string }) {
  return (
    <>
      {title} <code className="c3 t-xs">{rule}</code>
    </>
  )
}
