import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atomText, xmlText } from '@/lib/domain/notes-atom'
import { NOW } from '../../unit/domain/facts'

const FEED = {
  id: 'https://countersign.example.org/notes/robodj/feed.atom',
  title: 'RoboDJ release notes',
  subtitle: '',
  self: 'https://countersign.example.org/notes/robodj/feed.atom',
  alternate: 'https://countersign.example.org/notes?system=robodj',
  author: 'RoboDJ',
  updated: NOW,
}
const entry = (words: string) => ({
  id: 'https://countersign.example.org/notes/robodj/prod/2.14.0',
  title: words,
  published: NOW,
  updated: NOW,
  summary: words,
  content: words,
  category: { term: 'sealed', label: words },
})
/** Parsed as a reader of feeds does: strictly, as XML; what is not well formed has no `entry` left. */
const parse = (xml: string) => new DOMParser().parseFromString(xml, 'application/xml')

describe('an Atom feed (RFC 4287)', () => {
  it('has what the standard asks of a feed and of each entry, once', () => {
    const { documentElement: feed } = parse(atomText({ ...FEED, entries: [entry('RoboDJ 2.14.0')] }))
    expect([feed.namespaceURI, feed.localName]).toEqual(['http://www.w3.org/2005/Atom', 'feed'])
    const names = [...feed.children].map(({ localName }) => localName)
    for (const name of ['id', 'title', 'updated', 'author']) expect(names.filter((each) => each === name)).toHaveLength(1)
    const one = feed.getElementsByTagName('entry')[0] as unknown as Element
    for (const name of ['id', 'title', 'updated', 'published', 'summary', 'content'])
      expect([...one.children].filter(({ localName }) => localName === name)).toHaveLength(1)
    expect(feed.querySelector('link[rel="self"]')?.getAttribute('href')).toBe(FEED.self)
    expect(one.querySelector('updated')?.textContent).toBe('2026-11-19T12:00:00.000Z')
  })

  it('is a feed without entries too', () => {
    expect(parse(atomText({ ...FEED, entries: [] })).getElementsByTagName('entry')).toHaveLength(0)
  })

  it('stays well formed whatever people wrote, and gives their words back (T21)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (words) => {
        const text = parse(atomText({ ...FEED, entries: [entry(words)] })).querySelector('entry > title')?.textContent
        // Line ends are one to an XML reader; what XML cannot carry is marked as such.
        expect(text).toBe(
          words
            .toWellFormed()
            // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those that XML 1.0 does not allow.
            .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
            .replace(/\r\n?/g, '\n'),
        )
      }),
      { numRuns: 200 },
    )
    expect(xmlText('<a b="c">&\u0000')).toBe('&#60;a b=&#34;c&#34;&#62;&#38;\ufffd')
  })
})
