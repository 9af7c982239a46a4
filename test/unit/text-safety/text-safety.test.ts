import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Refused } from '../../../lib/domain/refusal'
import { cleanText, nameSkeleton, visibleBidi, visibleParts, whyNotName, whyNotText } from '../../../lib/domain/text-safety'

const RLO = '\u202e'

describe('a free text (T31)', () => {
  it.each([
    ['NUL', 'a\0b'],
    ['an escape', 'a\u001b[31mb'],
    ['a C1 control', 'a\u0085b'],
    ['a delete', 'a\u007fb'],
    ['a lone high surrogate', 'a\ud83d'],
    ['a lone low surrogate', '\ude00a'],
    ['a noncharacter', 'a\uffff'],
    ['too many characters', 'a'.repeat(10_001)],
  ])('with %s is refused, and the sentence does not repeat it', (_, text) => {
    const refusal = whyNotText(text, { place: 'The statement' })
    expect(refusal?.place).toBe('The statement')
    expect(refusal?.sentence).not.toContain(text)
    expect(() => cleanText(text)).toThrow(Refused)
  })

  it('is stored in normal form C with one kind of line end', () => {
    expect(cleanText('Zoe\u0308\r\nb\rc\td')).toBe('Zo\u00eb\nb\nc\td')
    expect(cleanText('👩‍🚀 ok ✔️ नमस्ते')).toBe('👩‍🚀 ok ✔️ नमस्ते')
  })

  it('stays as it is when cleaned twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        if (whyNotText(text) !== null) return
        const once = cleanText(text)
        expect(cleanText(once)).toBe(once)
      }),
    )
  })
})

describe('characters that reorder or hide', () => {
  it('are shown by name', () => {
    expect(visibleBidi(`pay ${RLO}txt.exe`)).toBe('pay [RLO]txt.exe')
    expect(visibleBidi('a\u200bb\ufeffc\u{e0041}')).toBe('a[U+200B]b[U+FEFF]c[U+E0041]')
    expect(visibleParts(`a${RLO}b`)).toEqual([
      { text: 'a', mark: false },
      { text: 'RLO', mark: true },
      { text: 'b', mark: false },
    ])
  })

  it('leave ordinary text and emoji alone', () => {
    for (const text of ['', 'plain', '👩‍🚀 ✔️', 'שלום', 'a\nb']) expect(visibleBidi(text)).toBe(text)
  })

  it('are never left in what is shown', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visibleBidi(text)).not.toMatch(/\p{Bidi_Control}/u)
      }),
    )
  })
})

describe('a name', () => {
  it.each([
    'Ana Ruiz',
    "Máire O'Brien-Nic Aodha",
    'Ines Okafor (SecOps)',
    'release-notes_v1.2.md',
    '李小龍',
    'たなか 太郎',
    '김철수',
    'Αλέξης',
    'Иван Петров',
    'עומר',
    'CI #4',
    '.env.sample',
    '3rd party',
  ])('%s may be used', (name) => {
    expect(whyNotName(name)).toBeNull()
  })

  it.each([
    ['a Cyrillic letter among Latin ones', '\u0430dmin'],
    ['a Greek letter among Latin ones', 'R\u03bfbin'],
    ['a turned-around file name', `notes${RLO}txt.exe`],
    ['an invisible character', 'ad\u200bmin'],
    ['a joiner', 'ad\u200dmin'],
    ['a soft hyphen', 'ad\u00admin'],
    ['tag characters', 'admin\u{e0041}'],
    ['a line end', 'Ana\nRuiz'],
    ['a paragraph separator', 'Ana\u2029Ruiz'],
    ['NUL', 'Ana\0'],
    ['blanks around', ' Ana'],
    ['nothing', ''],
    ['only blanks', '   '],
    ['stacked marks', `Ana${'\u0301'.repeat(8)}`],
    ['too many characters', 'a'.repeat(121)],
    ['a mark first', '\u0301Ana'],
  ])('with %s is refused', (_, name) => {
    expect(whyNotName(name, { place: 'name' })?.place).toBe('name')
  })

  it('that looks like another has the same skeleton', () => {
    expect(nameSkeleton('\u0430\u0501m\u0456n')).toBe(nameSkeleton('Admin'))
    expect(nameSkeleton('RoboDJ')).toBe(nameSkeleton('R0b0dj'))
    expect(nameSkeleton('ｒｅｌｅａｓｅ manager')).toBe(nameSkeleton('Release_Manager'))
    expect(nameSkeleton('Ana Ruiz')).not.toBe(nameSkeleton('Ana Ruis'))
  })
})
