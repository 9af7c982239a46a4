import { describe, expect, it } from 'vitest'
import { comparisonOf } from '@/lib/domain/notes-compare'
import { notesException } from '@/lib/domain/notes-exceptions'
import { markdownOf } from '@/lib/domain/notes-markdown'
import { anException, hours, NOW } from './facts'
import { NOTES_LINKS, notesFacts } from './notes'

const said = (...args: Parameters<typeof comparisonOf>) => markdownOf(comparisonOf(...args), 'https://countersign.example.org')

describe('two notes compared', () => {
  const older = notesFacts({ version: '2.13.0', secrets: ['A_KEY', 'OLD_KEY'] }, { version: '2.13.0', at: hours(-100) })
  const newer = notesFacts({ secrets: ['A_KEY', 'NEW_KEY'] })

  it('say what came in between, by release, with whoever nobody had promoted', () => {
    const text = said(
      older,
      newer,
      [
        {
          version: '2.13.1',
          at: hours(-50),
          deployment: 'DEP-1',
          authorised: false,
          changes: [{ kind: 'fix', summary: 'Hot fix', reference: null }],
        },
        {
          version: '2.14.0',
          at: NOW,
          deployment: 'DEP-2',
          authorised: true,
          changes: [{ kind: 'feature', summary: 'New thing', reference: 'RD-1' }],
        },
      ],
      NOTES_LINKS,
    )
    expect(text).toContain('1 other release ran in between.')
    expect(text).toMatch(/- 2\.13\.1, .*\[DEP-1\]\(.*\), without authority/)
    expect(text).toContain('### 2.13.1\n\n- Hot fix (fix)')
    expect(text).toContain('### 2.14.0\n\n- New thing (feature, RD-1)')
    expect(text).toContain('New: NEW\\_KEY. Gone: OLD\\_KEY.')
  })

  it('write everything out that is the same', () => {
    const text = said(notesFacts({}, { at: hours(-1) }), notesFacts(), [], NOTES_LINKS)
    for (const words of [
      'Nothing was deployed in between.',
      'No changes recorded.',
      'The same gates with the same verdicts.',
      'No drift exceptions in either.',
      'No variables came or went.',
      'None while the newer one was promoted.',
      'Neither is signed yet.',
      'Both under policy version 1.',
    ])
      expect(text).toContain(words)
  })

  it('name gates, exceptions and signers that differ', () => {
    const gate = (verdict: string) => ({ id: 'drill', title: 'Rollback drill', verdict, sentence: '' })
    const exception = (id: string) => notesException(anException({ id }), NOW)
    const text = said(
      notesFacts({ gates: [gate('pass')], exceptions: [exception('EXC-1'), exception('EXC-2')] }, { at: hours(-1) }),
      notesFacts({
        gates: [gate('skipped'), { ...gate('pass'), id: 'new', title: 'New gate' }],
        exceptions: [exception('EXC-2'), exception('EXC-3')],
        signatures: [{ id: 'SIG-1', capacity: 'SecOps', principal: 'p1', at: NOW.toISOString() }],
      }),
      [],
      NOTES_LINKS,
    )
    expect(text).toContain('| Rollback drill | pass | skipped |')
    expect(text).toContain('| New gate | not asked | pass |')
    expect(text).toMatch(/New: \[EXC-3\]/)
    expect(text).toMatch(/Gone: \[EXC-1\]/)
    expect(text).toMatch(/In both: \[EXC-2\]/)
    expect(text).toContain('| SecOps | nobody | Ines Okafor, 19 Nov 2026, 12:00 UTC |')
  })

  it('say so where one of them has no dossier', () => {
    expect(said(notesFacts({}, { notes: null, dossier: null, version: '2.13.0' }), notesFacts(), [], NOTES_LINKS)).toContain(
      'There is no dossier of 2.13.0 to compare with',
    )
  })
})
