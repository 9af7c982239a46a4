// An Atom feed (RFC 4287): what every reader of feeds reads.

export type AtomEntry = {
  /** A permanent IRI of the entry; also where people read it. */
  id: string
  title: string
  published: Date
  updated: Date
  summary: string
  /** HTML, as markup; it is escaped here. */
  content: string
  category: { term: string; label: string }
}

export type AtomFeed = {
  id: string
  title: string
  subtitle: string
  self: string
  alternate: string
  author: string
  updated: Date
  entries: readonly AtomEntry[]
}

/** Text inside an element or an attribute. What XML 1.0 cannot carry at all becomes U+FFFD, so that a feed never breaks (T21). */
export function xmlText(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those that XML 1.0 does not allow.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
  )
}

/** The feed as its XML text. Entries stand as they are given, newest first. */
export function atomText(feed: AtomFeed): string {
  const { id, title, subtitle, self, alternate, author, updated, entries } = feed
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<id>${xmlText(id)}</id>
<title>${xmlText(title)}</title>
<subtitle>${xmlText(subtitle)}</subtitle>
<updated>${updated.toISOString()}</updated>
<author><name>${xmlText(author)}</name></author>
<generator>Countersign</generator>
<link rel="self" type="application/atom+xml" href="${xmlText(self)}"/>
<link rel="alternate" type="text/html" href="${xmlText(alternate)}"/>
${entries.map(entryText).join('')}</feed>
`
}

function entryText({ id, title, published, updated, summary, content, category }: AtomEntry): string {
  return `<entry>
<id>${xmlText(id)}</id>
<title>${xmlText(title)}</title>
<published>${published.toISOString()}</published>
<updated>${updated.toISOString()}</updated>
<category term="${xmlText(category.term)}" label="${xmlText(category.label)}"/>
<link rel="alternate" type="text/html" href="${xmlText(id)}"/>
<summary>${xmlText(summary)}</summary>
<content type="html">${xmlText(content)}</content>
</entry>
`
}
