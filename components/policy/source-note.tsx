import type { Provenance } from '@/lib/domain/policy/parts/basics'

export type SourceTitle = { id: string; title: string }

/** Where a rule comes from in words: "Runtime & Deployment Matrix, Drift policy", or that it is assumed. */
export function sourceWords(provenance: Provenance, sources: readonly SourceTitle[]): string {
  if (provenance.source) {
    const { document, place } = provenance.source
    return `${sources.find((source) => source.id === document)?.title ?? document}, ${place}`
  }
  return provenance.assumed ? 'Assumed: no document says it' : 'No source is given'
}

/** The source of a rule, small and under it; names the fields of it that are assumed although the rule has a source. */
export function SourceNote({ provenance, sources }: { provenance: Provenance; sources: readonly SourceTitle[] }) {
  const assumed = provenance.assumedFields ?? []
  return (
    <span className="t-2xs c3">
      {sourceWords(provenance, sources)}
      {assumed.length > 0 ? `. Assumed: ${assumed.map(fieldWords).join(', ')}` : ''}
    </span>
  )
}

/** "maxAge" as "max age". */
export function fieldWords(field: string): string {
  return field
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[-_]/g, ' ')
    .toLowerCase()
}
