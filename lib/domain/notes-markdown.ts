import type { Block, Item, Line, NotesDocument, Piece } from './notes-document'
import { plain } from './notes-document'
import { visibleBidi } from './text-safety'

/** Free text as Markdown text: nothing in it becomes markup, wherever it stands, also at the beginning of a line (T21). */
export const asText = (text: string): string =>
  escaped(text)
    .trim()
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')

const escaped = (text: string): string =>
  visibleBidi(text)
    .replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ')
    .replace(/[\\|*_`~<>[\]#&]/g, '\\$&')

/**
 * A document as Markdown: plain headings and tables, links absolute to the instance, every empty section written out ("No drift exceptions.").
 * Free text is escaped, so that it stays text (T21).
 */
export function markdownOf({ over, title, lead, sections, foot }: NotesDocument, origin: string): string {
  const parts = [
    `# ${asText(title)}`,
    asText(over),
    lineOf(lead, origin),
    ...sections.flatMap((section) => [`## ${asText(section.title)}`, ...section.blocks.map((block) => blockOf(block, origin))]),
    ...foot.map((line) => lineOf(line, origin)),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function lineOf(line: Line, origin: string): string {
  return asLine(line.map((piece) => pieceOf(piece, origin)).join(''))
}

/** What begins a line would be a list, a heading or a number; everything else in it is escaped already. */
function asLine(markdown: string): string {
  return markdown
    .trim()
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
}

function pieceOf(piece: Piece, origin: string): string {
  if (typeof piece === 'string') return escaped(piece)
  if ('code' in piece) return /[`|\r\n\\]|^\s|\s$|^$/.test(piece.code) ? escaped(piece.code) : `\`${visibleBidi(piece.code)}\``
  return `[${escaped(piece.text)}](${addressOf(piece.href, origin)})`
}

function addressOf(href: string, origin: string): string {
  return new URL(href, origin).href.replaceAll('(', '%28').replaceAll(')', '%29')
}

const cell = (line: Line, origin: string): string =>
  line
    .map((piece) => pieceOf(piece, origin))
    .join('')
    .trim()

function blockOf(block: Block, origin: string): string {
  switch (block.is) {
    case 'text':
      return lineOf(block.line, origin)
    case 'list': {
      const items = block.items.map((item) => itemOf(item, origin)).join('\n')
      return block.title ? `### ${asText(block.title)}\n\n${items}` : items
    }
    case 'table':
      return tableOf(
        block.head.map((title) => [title]),
        block.rows,
        origin,
      )
    case 'facts':
      return tableOf(
        block.rows[0] ? [block.rows[0].label, block.rows[0].value] : [[block.caption], ['']],
        block.rows.slice(1).map(({ label, value }) => [label, value]),
        origin,
      )
    case 'verbatim':
      return `${asText(block.caption)}:\n\n${block.text
        .trimEnd()
        .split('\n')
        .map((line) => `    ${visibleBidi(line)}`)
        .join('\n')}`
    default:
      return block satisfies never
  }
}

function itemOf({ line, more }: Item, origin: string): string {
  return more && plain(more) !== '' ? `- ${lineOf(line, origin)}\\\n  ${lineOf(more, origin)}` : `- ${lineOf(line, origin)}`
}

function tableOf(head: readonly Line[], rows: readonly (readonly Line[])[], origin: string): string {
  const rowOf = (cells: readonly Line[]) => `| ${cells.map((line) => cell(line, origin)).join(' | ')} |`
  return [rowOf(head), `| ${head.map(() => '---').join(' | ')} |`, ...rows.map(rowOf)].join('\n')
}
