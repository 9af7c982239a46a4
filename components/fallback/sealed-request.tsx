'use client'

import { useSealedDocument } from '@/components/ceremony/sealed'
import { KeyValue } from '@/components/ui/key-value'
import { Time } from '@/components/ui/time'
import type { FallbackText } from '@/lib/domain/fallback'
import { listWords } from '@/lib/format'

/** What is decided on, read from the sealed bytes themselves; only names are put to the ids in them. */
export function SealedRequest({
  names,
}: {
  names: { system: string; askedBy: string; files: Readonly<Record<string, string>>; allows: string | null }
}) {
  const { document } = useSealedDocument<FallbackText>()
  return (
    <KeyValue
      width="narrow"
      items={[
        { label: 'Where', value: `${names.system} ${document.profile}` },
        {
          label: 'What',
          value:
            names.allows ?? `Reading ${listWords(document.secrets.map((id) => names.files[id] ?? id))} from disk. Nothing else changes.`,
        },
        { label: 'Until', value: <Time at={document.until} local relative /> },
        { label: 'Instead of', value: document.extends ? <Time at={document.extends} local /> : null },
        { label: 'For', value: document.purpose.replaceAll('-', ' ') },
        { label: 'Incident', value: document.incident ?? 'none' },
        { label: 'Ticket', value: document.ticket ?? 'none' },
        { label: 'Asked by', value: names.askedBy },
        { label: 'Granted by', value: listWords(document.slots.map(({ title }) => title)) },
        { label: 'Policy', value: `version ${document.policy.version}` },
      ]}
    />
  )
}
