/** One answer of `GET /api/search?q=`: an object, a page or a command. A command that you may not run comes with its reason. */
export type PaletteItem = {
  kind: string
  title: string
  hint?: string
  href: string
  refusal?: { sentence: string } | null
}

/** What the palette can also do here without going anywhere. */
export type PaletteCommand = { kind: 'Command'; title: string; hint?: string; run: () => void }

export type PaletteEntry = PaletteItem | PaletteCommand

/** Whether every word of the query is somewhere in the entry's own words. */
export function matches(entry: PaletteEntry, query: string): boolean {
  const text = `${entry.kind} ${entry.title} ${entry.hint ?? ''}`.toLowerCase()
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** A stable name for an entry, for keys and element ids. */
export function entryKey(entry: PaletteEntry): string {
  return `${entry.kind} ${entry.title} ${'href' in entry ? entry.href : ''}`.replace(/[^\w]+/g, '-').toLowerCase()
}
