import { AUDIT_DID } from '@/lib/domain/audit-did'
import { isKnownAction } from '@/lib/domain/recorded-event'
import { ACTION_GROUPS, isActionGroup } from '@/lib/domain/trail'
import type { ExportAsked, ExportFormat } from '@/lib/domain/trail-export'
import { formatDate, formatNumber } from '@/lib/format'

/** What each form of an export is called, and what it is for. */
export const FORMAT_WORDS: Record<ExportFormat, { name: string; file: string; hint: string }> = {
  bundle: {
    name: 'Bundle with proof',
    file: 'tar.gz',
    hint: 'The signed log with hashes, checkpoints, keys, texts and a verifier that runs offline. For whoever has to trust nobody here.',
  },
  csv: { name: 'CSV', file: 'csv', hint: 'A table for a spreadsheet, one entry a line, in words. No cell is taken for a formula.' },
  jsonl: { name: 'JSON lines', file: 'jsonl', hint: 'For programs: one entry a line, with the bytes that are hashed.' },
}

/** What narrows an export, each with its words; nothing where it is all. */
export function askedWords(
  asked: ExportAsked,
  names: { actor?: string | null; system?: string | null } = {},
): { label: string; value: string }[] {
  const words: { label: string; value: string | null }[] = [
    { label: 'Word', value: asked.q ?? null },
    { label: 'Who', value: asked.actor === undefined ? null : (names.actor ?? asked.actor) },
    { label: 'Did', value: asked.action === undefined ? null : didWords(asked.action) },
    { label: 'About', value: asked.subject ?? null },
    {
      label: 'System',
      value: asked.system === undefined ? null : asked.system === '-' ? 'Countersign itself' : (names.system ?? asked.system),
    },
    { label: 'When', value: whenWords(asked) },
    { label: 'Numbers', value: numberWords(asked) },
  ]
  return words.flatMap(({ label, value }) => (value === null ? [] : [{ label, value }]))
}

function didWords(action: string): string {
  if (isActionGroup(action)) return ACTION_GROUPS[action].label
  return isKnownAction(action) ? AUDIT_DID[action] : action
}

function whenWords({ from, to }: ExportAsked): string | null {
  if (from === undefined && to === undefined) return null
  if (from === to && from !== undefined) return formatDate(from)
  if (from === undefined) return `until ${formatDate(to as string)}`
  return to === undefined ? `since ${formatDate(from)}` : `${formatDate(from)} to ${formatDate(to)}`
}

function numberWords({ first, last }: ExportAsked): string | null {
  if (first === undefined && last === undefined) return null
  if (first === undefined) return `up to #${formatNumber(last as number)}`
  return last === undefined ? `from #${formatNumber(first)}` : `#${formatNumber(first)} to #${formatNumber(last)}`
}
