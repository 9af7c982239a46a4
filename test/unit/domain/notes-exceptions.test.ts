import { fromMarkdown } from 'mdast-util-from-markdown'
import { describe, expect, it } from 'vitest'
import { exceptionAddenda, exceptionsOfNotes, fourFields, notesException, wholeSentence } from '@/lib/domain/notes-exceptions'
import { markdownOf } from '@/lib/domain/notes-markdown'
import { documentOf } from '@/lib/domain/notes-readings'
import { dossierOf } from '@/lib/domain/promotion'
import { draftNotes } from '@/lib/domain/release-notes'
import { anException, aPromotion, deviating, hours, NOW } from './facts'
import { NOTES_LINKS, notesFacts } from './notes'

const WORDS = {
  names: { jonah: 'Jonah Weiss' },
  texts: { ['1'.repeat(64)]: 'The launcher is broken', ['2'.repeat(64)]: 'Restore it | rerun <config>' },
}

describe('an exception in the voice of the notes (000.32)', () => {
  const said = notesException(anException(), NOW)

  it('has the four fields', () => {
    expect(fourFields(said, WORDS)).toEqual({
      dateTime: '18 Nov 2026, 06:00 UTC',
      owner: 'Jonah Weiss',
      duration: '2 days 6 hours, until 20 Nov 2026, 12:00 UTC',
      remediation: 'Restore it | rerun <config>',
    })
    expect(wholeSentence(said, WORDS)).toBe(
      'Launch path is python; the policy says RoboDJ_Launcher.bat. From 18 Nov 2026, 06:00 UTC; owner Jonah Weiss; expected 2 days 6 hours, until 20 Nov 2026, 12:00 UTC. The launcher is broken. Remediation: Restore it | rerun <config>.',
    )
  })

  it('says what was erased (T40), what is past its end, and when it was closed', () => {
    const nobody = { names: {}, texts: {} }
    expect(fourFields(said, nobody)).toMatchObject({ owner: 'Somebody erased', remediation: 'The text was erased.' })
    expect(wholeSentence(said, nobody)).toMatch(/owner Somebody erased; .*Remediation: The text was erased\.$/)
    const late = notesException(anException({ endsAt: hours(-1) }), NOW)
    expect(late.expired).toBe(true)
    expect(fourFields(late, WORDS).duration).toMatch(/; past its end and not closed$/)
    expect(wholeSentence(late, WORDS)).toContain('Its end has passed and it is not closed.')
    const closed = notesException(anException({ endsAt: hours(-2), status: 'closed', endedAt: hours(-1) }), NOW)
    expect(closed).toMatchObject({ expired: false, closedAt: hours(-1).toISOString() })
    expect(fourFields(closed, WORDS).duration).toMatch(/; closed 19 Nov 2026, 11:00 UTC$/)
  })

  it('knows only what was known when it was written', () => {
    const extended = anException({
      endsAt: hours(40),
      status: 'closed',
      endedAt: hours(30),
      terms: [
        { approvedAt: hours(-24), until: hours(10) },
        { approvedAt: hours(5), until: hours(40) },
      ],
    })
    expect(notesException(extended, hours(1))).toMatchObject({ endsAt: hours(10).toISOString(), expired: false })
    expect(notesException(extended, hours(1))).not.toHaveProperty('closedAt')
    expect(notesException(extended, hours(6))).toMatchObject({ endsAt: hours(40).toISOString() })
    expect(notesException(extended, hours(31))).toMatchObject({ closedAt: hours(30).toISOString() })
  })
})

describe('the exceptions of notes', () => {
  const facts = aPromotion(deviating([anException(), anException({ id: 'EXC-0020', profile: 'staging' })]))
  const dossier = dossierOf(facts, 1)

  it('are those of the dossier and every other that was open on the target meanwhile', () => {
    const during = [
      anException({ status: 'closed', endedAt: hours(-0.5) }),
      anException({ id: 'EXC-0025', status: 'closed', endedAt: hours(-1) }),
    ]
    const listed = exceptionsOfNotes(dossier.exceptions, during, NOW)
    expect(listed.map(({ id, closedAt }) => [id, closedAt ?? null])).toEqual([
      ['EXC-0020', null],
      ['EXC-0025', hours(-1).toISOString()],
      ['EXC-0031', hours(-0.5).toISOString()],
    ])
  })

  it('stand in the Markdown as a table with the four fields, and nothing in it becomes markup (T21)', () => {
    const notes = draftNotes({
      dossier,
      hash: 'a'.repeat(64),
      gateTitles: new Map(),
      secrets: [],
      summary: '',
      signatures: [],
      events: { fallbacks: [], rotations: [], exceptions: [] },
      at: NOW,
    })
    const text = markdownOf(
      documentOf('engineers', notesFacts(notes, { words: WORDS }), NOTES_LINKS, null),
      'https://countersign.example.org',
    )
    for (const row of [
      '| [EXC-0031](https://countersign.example.org/exceptions/EXC-0031) | prod: Launch path is python; the policy says RoboDJ\\_Launcher.bat. |',
      '| Date and time | 18 Nov 2026, 06:00 UTC |',
      '| Owner | Jonah Weiss |',
      '| Expected duration | 2 days 6 hours, until 20 Nov 2026, 12:00 UTC |',
      '| Remediation path | Restore it \\| rerun \\<config\\> |',
    ])
      expect(text).toContain(row)
    expect(text).not.toContain('No drift exceptions.')
    expect(JSON.stringify(fromMarkdown(text))).not.toContain('"html"')
  })
})

describe('what becomes of exceptions after the seal', () => {
  const within = { from: NOW, until: hours(100) }
  const said = (...exceptions: Parameters<typeof exceptionAddenda>[0]) =>
    exceptionAddenda(exceptions, within, WORDS)
      .toSorted((a, b) => a.at.getTime() - b.at.getTime())
      .map(({ at, sentence }) => [(at.getTime() - NOW.getTime()) / 3_600_000, sentence] as const)

  it('opened with its four fields, past its end, extended, closed: each once, at its instant', () => {
    const terms = [
      { approvedAt: hours(2), until: hours(10) },
      { approvedAt: hours(12), until: hours(20) },
      { approvedAt: hours(15), until: hours(40) },
    ]
    const exception = anException({
      startsAt: hours(1),
      approvedAt: hours(2),
      endsAt: hours(40),
      terms,
      status: 'closed',
      endedAt: hours(50),
    })
    expect(said(exception)).toEqual([
      [2, expect.stringMatching(/^EXC-0031 was opened on prod: .*owner Jonah Weiss; expected 9 hours, until .*Remediation: /)],
      [10, 'EXC-0031 came to its end on prod and was not closed.'],
      [12, 'EXC-0031 was extended until 20 Nov 2026, 08:00 UTC.'],
      [15, 'EXC-0031 was extended until 21 Nov 2026, 04:00 UTC.'],
      [40, 'EXC-0031 came to its end on prod and was not closed.'],
      [50, 'EXC-0031 was closed.'],
    ])
  })

  it('nothing of what was known at the seal, nor of what comes after the stretch', () => {
    expect(said(anException({ endsAt: hours(200) }))).toEqual([])
    expect(said(anException({ endsAt: hours(10), status: 'closed', endedAt: hours(5) }))).toEqual([[5, 'EXC-0031 was closed.']])
    expect(said(anException({ endsAt: hours(10), terms: [] }))).toEqual([[10, 'EXC-0031 came to its end on prod and was not closed.']])
  })
})
