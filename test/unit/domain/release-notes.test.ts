import { createHash } from 'node:crypto'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { describe, expect, it } from 'vitest'
import { canonicalText, sha256Hex } from '@/lib/domain/canonical'
import { plain, READINGS, type Reading, readingOf, sectionId } from '@/lib/domain/notes-document'
import type { NotesFacts } from '@/lib/domain/notes-facts'
import { htmlOf } from '@/lib/domain/notes-html'
import { risksOf } from '@/lib/domain/notes-management'
import { asText, markdownOf } from '@/lib/domain/notes-markdown'
import { documentOf } from '@/lib/domain/notes-readings'
import { dossierOf } from '@/lib/domain/promotion'
import { draftNotes, type ReleaseNotes } from '@/lib/domain/release-notes'
import { aPromotion, NOW } from './facts'
import { NOTES_LINKS, notesFacts, SOME_LOG, someNotes } from './notes'

const ORIGIN = 'https://countersign.example.org'
const written = (facts: NotesFacts, reading: Reading = 'engineers', log: typeof SOME_LOG | null = null) =>
  markdownOf(documentOf(reading, facts, NOTES_LINKS, log), ORIGIN)

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
    const text = written(notesFacts())
    for (const said of [
      'No changes recorded.',
      'No drift exceptions.',
      'No secrets.',
      'No fallback uses.',
      'No rotations.',
      'No snapshot is recorded.',
      'Not signed yet: this is a draft.',
      'Not deployed yet.',
      'No errata.',
      'Draft. It is sealed when the promotion is fully signed.',
      '## Gates\n\nNo gates.',
    ])
      expect(text).toContain(said)
    expect(text).not.toMatch(/undefined|null|\[object/)
  })

  it('says of each gate what it gave, with command, evidence and who brought it', () => {
    const gates = [{ id: 'drill', title: 'Rollback drill', verdict: 'pass_with_exception', sentence: 'Restored | in 3 min' }]
    const facts = notesFacts({ gates })
    const dossier = facts.dossier as NonNullable<NotesFacts['dossier']>
    const text = written({
      ...facts,
      dossier: {
        ...dossier,
        gates: [{ id: 'drill', verdict: 'pass_with_exception', evidence: 'e1', checklist: null, exception: 'EXC-0031', seenAt: null }],
      },
      evidence: [
        {
          id: 'e1',
          verdict: 'pass',
          summary: '',
          command: 'make drill',
          exitCode: 0,
          ranOn: 'runner 4',
          link: 'https://ci.example.org/run_(4)',
          digest: 'e'.repeat(64),
          recordedAt: NOW,
          broughtBy: 'Jonah Weiss',
          snapshot: null,
          run: null,
        },
      ],
    })
    expect(text).toContain('- Rollback drill: pass with exception. Restored \\| in 3 min\\')
    expect(text).toContain('`make drill`, exit 0. Brought by Jonah Weiss, 19 Nov 2026, 12:00 UTC, ran on runner 4')
    expect(text).toContain('](https://ci.example.org/run_%284%29)')
    expect(text).toContain('By exception EXC-0031.')
  })

  it('names signers as they are called now, and an erased one by id', () => {
    const signatures = [
      { id: 'SIG-0001', capacity: 'SecOps', principal: 'p1', at: '2026-11-19T14:11:00Z' },
      { id: 'SIG-0002', capacity: 'Management', principal: 'p2', at: '2026-11-19T14:20:00Z' },
    ]
    const text = written(notesFacts({ signatures }, { seal: { hash: 'b'.repeat(64), number: 1, at: NOW } }))
    expect(text).toContain(
      '| SecOps | Ines Okafor | 19 Nov 2026, 14:11 UTC | [SIG-0001](https://countersign.example.org/signatures/SIG-0001) |',
    )
    expect(text).toContain('| Management | p2 |')
    expect(text).toContain(`Sealed. SHA-256 \`${'b'.repeat(64)}\``)
  })

  it('lists fallback uses and rotations by names and ids, and says plainly that it was an emergency, with what it skipped (000.21, 000.23)', () => {
    const emergency = { incident: 'INC-0208', skipped: ['Rollback drill'], reason: 'c'.repeat(64), reviewedBy: ['Management', 'SecOps'] }
    const told: Partial<ReleaseNotes> = {
      emergency,
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
    }
    const text = written(notesFacts(told, { emergency: { reason: 'Nobody could | wait.', owed: [] } }))
    expect(text).toContain('## Emergency promotion')
    expect(text).toContain('emergency promotion during [INC-0208](https://countersign.example.org/incidents/INC-0208)')
    expect(text).toContain('Skipped gates: Rollback drill. Nobody could \\| wait.')
    expect(text).toContain('Reviewed afterwards by Management and SecOps')
    expect(text).toContain('- BG-0007: fallback files for secrets (A\\_KEY), 19 Nov 2026, 03:12 UTC to 19 Nov 2026, 05:12 UTC.')
    expect(text).toContain('- ROT-0058: rotation of A\\_KEY, B\\_KEY, rolled back 20 Nov 2026, 10:00 UTC.')
    expect(written(notesFacts())).not.toContain('Emergency')
    expect(written(notesFacts({ emergency: { ...emergency, skipped: [] } }))).toContain('Skipped gates: None.')
  })
})

describe('the three readings', () => {
  const changes = [
    { kind: 'feature', summary: 'Crossfade stays', reference: 'RD-7' },
    { kind: 'config', summary: 'Two keys changed', reference: null },
    { kind: 'unheard-of', summary: 'Something else', reference: null },
  ]
  const facts = notesFacts(
    { changes, signatures: [{ id: 'SIG-0001', capacity: 'SecOps', principal: 'p1', at: NOW.toISOString() }] },
    {
      seal: { hash: 'b'.repeat(64), number: 1, at: NOW },
      signed: [
        { id: 'SIG-0001', slot: 'secops', role: 'secops', statement: 'f'.repeat(64), sealedHash: 'a'.repeat(64), withdrawnAt: null },
      ],
    },
  )

  it('are named in an address by their own words and no others', () => {
    expect(READINGS.map(readingOf)).toEqual(READINGS)
    expect(readingOf('managers')).toBeNull()
    expect(readingOf(undefined)).toBeNull()
    expect(sectionId('What changes, for whom')).toBe('what-changes-for-whom')
  })

  it.each(READINGS)('each tells what, by whom and on which seal: %s', (reading) => {
    const text = written(facts, reading, SOME_LOG)
    for (const said of [
      '# RoboDJ 2.14.0',
      'Crossfade stays',
      'Ines Okafor',
      'No drift exceptions.',
      'No errata.',
      'b'.repeat(64),
      'c'.repeat(64),
    ])
      expect(text).toContain(said)
  })

  it('management reads what changes for whom, at most a page of it, and the risks', () => {
    const many = Array.from({ length: 20 }, (_, index) => ({ kind: 'fix', summary: `Fix ${index}`, reference: null }))
    const text = written({ ...facts, notes: someNotes({ changes: [...changes, ...many] }) }, 'management')
    expect(text).toContain('### For people who use it')
    expect(text).toContain('### For people who run it\n\n- Two keys changed\n- Something else')
    expect(text).toContain('And 15 more, which engineers read in full.')
    expect(text).toContain('There is no snapshot to go back to.')
    expect(text).not.toContain('RD-7')
  })

  it('risks are everything that did not simply pass, and none where all is well', () => {
    const calm = someNotes({
      rollback: { rule: '', replaces: null, snapshot: { profile: 'prod', digest: 'a'.repeat(64), takenAt: NOW.toISOString() } },
    })
    const dossier = facts.dossier as NonNullable<NotesFacts['dossier']>
    const compatible = { ...facts, dossier: { ...dossier, release: { ...dossier.release, schemaBackwardCompatible: true } } }
    expect(risksOf(compatible, calm)).toEqual([])
    const gates = (['pass_with_exception', 'skipped', 'missing'] as const).map((verdict) => ({
      id: verdict,
      title: verdict,
      verdict,
      sentence: '',
    }))
    const bad = risksOf(
      {
        ...compatible,
        dossier: {
          ...dossier,
          drift: [{ id: 'FND-1', profile: null, rule: 'r', kind: 'deviation', severity: 'grave', sentence: '' } as never],
          debts: [{ kind: 'review', subject: 'PRM-1', since: '' }],
        },
        runs: [{ id: 'DEP-1', kind: 'deploy', status: 'failed', authorised: false, startedAt: NOW, finishedAt: NOW }],
      },
      { ...calm, gates },
    )
    for (const word of ['Not passed yet: missing', 'Skipped in the emergency', 'by an exception only', 'FND-1', 'owed 1 thing', 'DEP-1'])
      expect(bad.join(' ')).toContain(word)
  })

  it('engineers read references, the schema and the build', () => {
    const text = written(facts, 'engineers')
    expect(text).toContain('- Crossfade stays (feature, RD-7)')
    expect(text).toContain('## Schema and migrations')
    expect(text).toContain(`| Artefact | \`${facts.dossier?.release.artefact}\` |`)
  })

  it('auditors read every id and hash, the number of each entry and the signed checkpoint (audit-log.md, 5)', () => {
    const text = written(facts, 'auditors', SOME_LOG)
    for (const said of [
      'a'.repeat(64),
      'b'.repeat(64),
      'c'.repeat(64),
      'f'.repeat(64),
      '[\\#48,209](https://countersign.example.org/audit/48209)',
      'SIG-0001',
    ])
      expect(text).toContain(said)
    expect(text).toContain('    — countersign.example.org/log c2ln')
    expect(text).toContain(SOME_LOG.vkeys[0])
    // A post-quantum signature would fill pages: the note stays a signed note without it, and the file of all facts has it.
    const long = {
      ...SOME_LOG,
      checkpoint: SOME_LOG.checkpoint && { ...SOME_LOG.checkpoint, note: `${SOME_LOG.checkpoint.note}— x ${'A'.repeat(3000)}\n` },
    }
    const shorter = written(facts, 'auditors', long)
    expect(shorter).not.toContain('AAAA')
    expect(shorter).toContain('1 signature of another kind')
    expect(written({ ...facts, notes: null, dossier: null }, 'auditors')).toContain('was ever opened')
  })

  it('keeps the newest errata on the one page, and says how many are left', () => {
    const addenda = Array.from({ length: 9 }, (_, index) => ({ at: NOW, sentence: `Erratum ${index}.` }))
    const text = written({ ...facts, addenda }, 'management')
    expect(text).toContain('3 more stand in the reading for auditors')
    expect(text).not.toContain('Erratum 2.')
    expect(written({ ...facts, addenda }, 'auditors')).toContain('Erratum 2.')
  })
})

describe('one HTML file', () => {
  const payloads = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "javascript:alert('1')",
    '</title><svg/onload=alert(1)>',
    '\u202eevil',
  ]

  it.each(READINGS)('holds nothing that could run, whatever people wrote (T21): %s', (reading) => {
    for (const payload of payloads) {
      const html = htmlOf(
        documentOf(
          reading,
          notesFacts(
            { summary: payload, version: payload, changes: [{ kind: payload, summary: payload, reference: payload }], secrets: [payload] },
            { version: payload, deployment: [payload], addenda: [{ at: NOW, sentence: payload }], system: { slug: 'x', name: payload } },
          ),
          NOTES_LINKS,
          SOME_LOG,
        ),
        ORIGIN,
        { path: 'M0 1', width: 10, height: 2 },
      )
      expect(
        html.replace(
          /<(?:\/?(?:html|head|meta|title|style|body|main|footer|p|h[1-3]|ul|li|br|span|table|caption|thead|tbody|tr|th|td|code|pre|a|svg|path)\b[^<>]*|!doctype html)>/g,
          '',
        ),
      ).not.toContain('<')
      expect(html).not.toMatch(/<[^>]*\son\w+=|href="(?!https:)/)
      expect(html).not.toContain('\u202e')
    }
  })

  it('lets nothing be loaded by a policy of its own that fits its styles', () => {
    const html = htmlOf(documentOf('engineers', notesFacts(), NOTES_LINKS, null), ORIGIN, null)
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? ''
    const wanted = createHash('sha256').update(style).digest('base64')
    expect(html).toContain(`sha256-${wanted}`)
    expect(html).toContain('default-src &#39;none&#39;')
  })
})

describe('what is sealed', () => {
  it('hashes as it always did: a reading is drawn from the sealed text and adds nothing to it', () => {
    const facts = aPromotion()
    const notes = draftNotes({
      dossier: dossierOf(facts, 4),
      hash: 'a'.repeat(64),
      gateTitles: new Map(),
      secrets: ['A_KEY'],
      summary: 'Faster.',
      signatures: [],
      events: { fallbacks: [], rotations: [], exceptions: [] },
      at: NOW,
    })
    expect(Object.keys(notes).toSorted()).toEqual(
      [
        'v',
        'promotion',
        'system',
        'version',
        'from',
        'to',
        'summary',
        'dossier',
        'changes',
        'gates',
        'exceptions',
        'secrets',
        'rollback',
        'signatures',
      ].toSorted(),
    )
    const before = sha256Hex(canonicalText(notes, { depth: 8 }))
    // Written down before there were readings: the same facts still give the same seal.
    expect(before).toBe('87b33e39700b9775508de68693eca3751bb1ffc96087a17d43169657788609ce')
    for (const reading of READINGS) documentOf(reading, notesFacts(notes), NOTES_LINKS, SOME_LOG)
    expect(sha256Hex(canonicalText(notes, { depth: 8 }))).toBe(before)
    expect(plain(documentOf('management', notesFacts(notes), NOTES_LINKS, null).lead)).toBe('Faster. Replaces 2.13.2.')
  })
})
