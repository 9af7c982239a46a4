import { Words } from '@/components/policy/words'
import { Link } from '@/components/ui/link'
import { Visible } from '@/components/ui/visible'
import type { Block, Item, Line, NotesDocument, Piece } from '@/lib/domain/notes-document'
import { formatHash } from '@/lib/format'

/** The text of release notes, or of two compared, in serif. Every form draws the same document; this one is the page and its print. */
export function NotesArticle({ document, above }: { document: NotesDocument; above?: React.ReactNode }) {
  const { over, title, lead, sections } = document
  return (
    <article className="rn" aria-labelledby="h">
      {above}
      <p className="c3 rn-over">{over}</p>
      <h1 id="h">{title}</h1>
      <p className="c2">
        <Pieces line={lead} />
      </p>
      {sections.map((section) => (
        <div key={section.id} className={section.screenOnly ? 'onscreen' : undefined}>
          <h2 id={section.id}>{section.title}</h2>
          {section.blocks.map((block, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of one document have no other identity.
            <NotesBlock key={index} block={block} />
          ))}
        </div>
      ))}
    </article>
  )
}

/** One block of a document. Tables of facts are never split across printed pages. */
export function NotesBlock({ block }: { block: Block }) {
  switch (block.is) {
    case 'text':
      return (
        <p className={block.quiet ? 'c2' : undefined}>
          <Pieces line={block.line} />
        </p>
      )
    case 'list':
      return (
        <>
          {block.title ? <h3 className="rn-group">{block.title}</h3> : null}
          <ul>
            {block.items.map((item, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two entries of a sealed text may read alike.
              <ListItem key={index} item={item} />
            ))}
          </ul>
        </>
      )
    case 'table':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by keyboard.
        <section className="rn-wide" aria-label={block.caption} tabIndex={0}>
          <table className="rn-rows">
            <caption className="sr">{block.caption}</caption>
            <thead>
              <tr>
                {block.head.map((title) => (
                  <th key={title} scope="col">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((cells, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the rows of one document have no other identity.
                <tr key={index}>
                  {cells.map((line, at) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column.
                    <td key={at}>
                      <Pieces line={line} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )
    case 'facts':
      return (
        <table className="rn-facts">
          <caption className="sr">{block.caption}</caption>
          <tbody>
            {block.rows.map(({ label, value }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the rows of one document have no other identity.
              <tr key={index}>
                <th scope="row">
                  <Pieces line={label} />
                </th>
                <td>
                  <Pieces line={value} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )
    case 'verbatim':
      return (
        <figure>
          <figcaption className="c2">{block.caption}</figcaption>
          <pre className="rn-verbatim">
            <Visible text={block.text} />
          </pre>
        </figure>
      )
    default:
      return block satisfies never
  }
}

function ListItem({ item: { line, more } }: { item: Item }) {
  return (
    <li>
      <Pieces line={line} />
      {more ? (
        <span className="rn-more">
          <Pieces line={more} />
        </span>
      ) : null}
    </li>
  )
}

function Pieces({ line }: { line: Line }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one line have no other identity.
  return line.map((piece, index) => <One key={index} piece={piece} />)
}

function One({ piece }: { piece: Piece }) {
  if (typeof piece === 'string') return <Words text={piece} />
  if ('code' in piece)
    return (
      <code>
        <Visible text={piece.hash ? formatHash(piece.code) : piece.code} />
      </code>
    )
  return piece.href.startsWith('/') ? (
    <Link className="link" href={piece.href}>
      {piece.text}
    </Link>
  ) : (
    <a className="link" href={piece.href} rel="noopener noreferrer" target="_blank">
      <Visible text={piece.text} />
      <span className="sr"> (elsewhere)</span>
    </a>
  )
}
