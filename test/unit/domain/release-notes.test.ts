import { fromMarkdown } from 'mdast-util-from-markdown'
import { describe, expect, it } from 'vitest'
import { asText, notesMarkdown, type ReleaseNotes } from '@/lib/domain/release-notes'

const NOTES: ReleaseNotes = {
  v: 1,
  promotion: 'PRM-0142',
  system: 'robodj',
  version: '2.14.0',
  from: 'staging',
  to: 'prod',
  summary: '',
  dossier: { number: 4, hash: 'a'.repeat(64) },
  changes: [],
  gates: [],
  exceptions: [],
  secrets: [],
  rollback: { rule: 'Going back is a decision.', replaces: null, snapshot: null },
  signatures: [],
}

const MORE = {
  systemName: 'RoboDJ',
  origin: 'https://countersign.example.org',
  hash: null,
  words: { names: { p1: 'Ines Okafor' }, texts: {} },
  day: (iso: string) => iso.slice(0, 10),
  addenda: [],
  deployment: [],
  skipReason: null,
}

/** What a reader sees of Markdown, and of which kinds its parts are. */
function read(markdown: string): { text: string; kinds: Set<string> } {
  const kinds = new Set<string>()
  const walk = (node: { type: string; value?: string; children?: unknown[] }): string => {
    kinds.add(node.type)
    return node.value ?? (node.children ?? []).map((child) => walk(child as typeof node)).join('')
  }
  return { text: walk(fromMarkdown(markdown)), kinds }
}

describe('free text', () => {
  it.each([
    '# heading',
    '- item',
    '+ item',
    '* item',
    '1. one',
    '12) twelve',
    '> quote',
    '===',
    '---',
    '`code` and ``more``',
    '**bold** _it_ ~~gone~~',
    '[a](http://x) ![b](y)',
    '<b>&lt;&copy;',
    'a | b',
    'ends with \\',
  ])('stays text: %s', (text) => {
    const { text: seen, kinds } = read(asText(text))
    expect(seen).toBe(text)
    expect([...kinds]).toEqual(['root', 'paragraph', 'text'])
  })

  it('stays on one line, whatever breaks it', () => {
    expect(asText('one\r\n\n# two\u2028three ')).toBe('one \\# two three')
  })
})

describe('the Markdown of notes', () => {
  it('writes every empty section out, and says that a draft is one', () => {
    const text = notesMarkdown(NOTES, MORE)
    for (const said of [
      'No changes recorded.',
      'No drift exceptions.',
      'No secrets.',
      'No fallback uses.',
      'No rotations.',
      'No snapshot is recorded.',
      'Not signed yet: this is a draft.',
      'Not deployed yet.',
      'No addenda.',
      'Draft. It is sealed when the promotion is fully signed.',
    ])
      expect(text).toContain(said)
    expect(text).toContain('[PRM-0142](https://countersign.example.org/promotions/PRM-0142)')
    expect(text).not.toMatch(/undefined|null|\[object/)
  })

  it('says no gates when there are none, and else a table with each', () => {
    expect(notesMarkdown(NOTES, MORE)).toContain('## Gates\n\nNo gates.')
    const gates = [{ id: 'drill', title: 'Rollback drill', verdict: 'pass_with_exception', sentence: 'Restored | in 3 min' }]
    expect(notesMarkdown({ ...NOTES, gates }, MORE)).toContain('| Rollback drill | pass with exception | Restored \\| in 3 min |')
  })

  it('names signers as they are called now, and an erased one by id', () => {
    const signatures = [
      { id: 'SIG-0001', capacity: 'SecOps', principal: 'p1', at: '2026-11-19T14:11:00Z' },
      { id: 'SIG-0002', capacity: 'Management', principal: 'p2', at: '2026-11-19T14:20:00Z' },
    ]
    const text = notesMarkdown({ ...NOTES, signatures }, { ...MORE, hash: 'b'.repeat(64) })
    expect(text).toContain('| SecOps | Ines Okafor | 2026-11-19 | SIG-0001 |')
    expect(text).toContain('| Management | p2 | 2026-11-19 | SIG-0002 |')
    expect(text).toContain(`Sealed. SHA-256 \`${'b'.repeat(64)}\``)
  })

  it('lists fallback uses and rotations by names and ids, and says plainly that it was an emergency, with what it skipped (000.21, 000.23)', () => {
    const text = notesMarkdown(
      {
        ...NOTES,
        emergency: { incident: 'INC-0208', skipped: ['Rollback drill'], reason: 'c'.repeat(64), reviewedBy: ['Management', 'SecOps'] },
        fallbacks: [
          {
            id: 'BG-0007',
            allowed: 'fallback files for secrets',
            secrets: ['A_KEY'],
            from: '2026-11-19T03:12:00Z',
            until: '2026-11-19T05:12:00Z',
          },
        ],
        rotations: [{ id: 'ROT-0058', secrets: ['A_KEY', 'B_KEY'], result: 'rolled_back', at: '2026-11-20T10:00:00Z' }],
      },
      { ...MORE, skipReason: 'Nobody could | wait.' },
    )
    expect(text).toContain('## Emergency promotion')
    expect(text).toContain('emergency promotion during [INC-0208](https://countersign.example.org/incidents/INC-0208)')
    expect(text).toContain('Skipped gates: Rollback drill. Nobody could \\| wait.')
    expect(text).toContain('Reviewed afterwards by Management, SecOps')
    expect(text).toContain('- BG-0007: fallback files for secrets (A\\_KEY), 2026-11-19 to 2026-11-19.')
    expect(text).toContain('- ROT-0058: rotation of A\\_KEY, B\\_KEY, rolled back 2026-11-20.')
    expect(notesMarkdown(NOTES, MORE)).not.toContain('Emergency')
    expect(
      notesMarkdown({ ...NOTES, emergency: { incident: 'INC-0208', skipped: [], reason: null, reviewedBy: ['Management'] } }, MORE),
    ).toContain('Skipped gates: None.')
  })
})
