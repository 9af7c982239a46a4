import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { toBase64 } from './log/bytes'
import type { Block, Item, Line, NotesDocument, Piece } from './notes-document'
import { visibleParts } from './text-safety'

/** Text as HTML text or the value of an attribute: nothing in it becomes markup (T21), what would hide is shown (T31). */
export function htmlText(text: string): string {
  return visibleParts(text)
    .map((part) => (part.mark ? `[${part.text}]` : part.text))
    .join('')
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

const STYLE = `
:root{color-scheme:light dark;--ink:#171714;--ink3:#63625a;--line:#d9d7cf;--accent:#1d3fa3;--ground:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#f1efe7;--ink3:#a3a196;--line:#3a3933;--accent:#a9b8ff;--ground:#10100e}}
body{font:1.0625rem/1.55 Newsreader,Georgia,"Times New Roman",serif;color:var(--ink);background:var(--ground);max-width:42.5rem;margin:2.5rem auto;padding:0 1.25rem;overflow-wrap:break-word}
h1{font-size:2.375rem;line-height:1.15;font-weight:460;letter-spacing:-.018em;margin:.25rem 0}
h2{font-size:1.1875rem;margin:1.5rem 0 .4rem;break-after:avoid}
h3{font:500 .8125rem/1.4 system-ui,sans-serif;margin:.9rem 0 .2rem;break-after:avoid}
p{margin:.4rem 0}ul{margin:.3rem 0;padding-left:1.15rem;list-style:"\\2013\\00a0\\00a0"}li{margin:.15rem 0;break-inside:avoid}
a{color:var(--accent)}code,pre{font:.8125rem/1.45 "Geist Mono",ui-monospace,monospace}pre{white-space:pre-wrap;overflow-wrap:anywhere}
code{overflow-wrap:anywhere}.over,.quiet{color:var(--ink3);font-size:.9375rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 .9rem;break-inside:avoid;font-size:.9375rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line);font-weight:400}
th{color:var(--ink3)}tbody th{width:9.5rem}caption{text-align:left;color:var(--ink3);font-size:.8125rem}table.facts caption{display:none}
.long{break-inside:auto}.long tr{break-inside:avoid}footer{margin-top:2rem;border-top:1px solid var(--line);padding-top:.6rem;font-size:.8125rem;color:var(--ink3)}
footer svg{color:var(--accent);display:block;margin:.4rem 0;max-width:100%}
@page{size:A4;margin:18mm 18mm 22mm;@bottom-right{content:counter(page) " / " counter(pages);font:8pt monospace}}
@media print{:root{--ink:#000;--ink3:#444;--line:#bbb;--accent:#1d3fa3;--ground:#fff}body{font-size:11pt;line-height:1.45;max-width:none;margin:0;padding:0}a{color:inherit;text-decoration:none}}
`

/**
 * A document as one HTML file that needs nothing else: styles inside, no scripts, and a policy of its own that lets nothing be loaded or run (T21).
 * `seal` is the line drawn from the hash of the notes, as a path of an SVG. Links are absolute to the instance.
 */
export function htmlOf(document: NotesDocument, origin: string, seal: { path: string; width: number; height: number } | null): string {
  const { over, title, lead, sections, foot } = document
  const policy = `default-src 'none'; style-src 'sha256-${toBase64(sha256(utf8ToBytes(STYLE)))}'; base-uri 'none'; form-action 'none'`
  const body = sections.map(
    (section) =>
      `<h2 id="${htmlText(section.id)}">${htmlText(section.title)}</h2>\n${section.blocks.map((block) => blockOf(block, origin)).join('\n')}`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${htmlText(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Countersign">
<title>${htmlText(over)}, ${htmlText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="over">${htmlText(over)}</p>
<h1>${htmlText(title)}</h1>
<p>${lineOf(lead, origin)}</p>
${body.join('\n')}
</main>
<footer>
${seal ? `<svg width="${seal.width}" height="${seal.height}" viewBox="0 0 ${seal.width} ${seal.height}" aria-hidden="true"><path d="${htmlText(seal.path)}" stroke="currentColor" stroke-width="1.7" fill="none"/></svg>` : ''}
${foot.map((line) => `<p>${lineOf(line, origin)}</p>`).join('\n')}
</footer>
</body>
</html>
`
}

/** The sections of a document as HTML, without a page around them: the content of an entry of a feed. */
export function htmlFragment({ lead, sections, foot }: Pick<NotesDocument, 'lead' | 'sections' | 'foot'>, origin: string): string {
  return [
    `<p>${lineOf(lead, origin)}</p>`,
    ...sections.flatMap((section) => [`<h2>${htmlText(section.title)}</h2>`, ...section.blocks.map((block) => blockOf(block, origin))]),
    ...foot.map((line) => `<p>${lineOf(line, origin)}</p>`),
  ].join('\n')
}

function lineOf(line: Line, origin: string): string {
  return line.map((piece) => pieceOf(piece, origin)).join('')
}

function pieceOf(piece: Piece, origin: string): string {
  if (typeof piece === 'string')
    return piece
      .split(/`([^`]+)`/)
      .map((part, index) => (index % 2 === 1 ? `<code>${htmlText(part)}</code>` : htmlText(part)))
      .join('')
  if ('code' in piece) return `<code>${htmlText(piece.code)}</code>`
  return `<a href="${htmlText(new URL(piece.href, origin).href)}" rel="noopener noreferrer">${htmlText(piece.text)}</a>`
}

function itemOf({ line, more }: Item, origin: string): string {
  return `<li>${lineOf(line, origin)}${more ? `<br><span class="quiet">${lineOf(more, origin)}</span>` : ''}</li>`
}

function blockOf(block: Block, origin: string): string {
  switch (block.is) {
    case 'text':
      return `<p${block.quiet ? ' class="quiet"' : ''}>${lineOf(block.line, origin)}</p>`
    case 'list':
      return `${block.title ? `<h3>${htmlText(block.title)}</h3>\n` : ''}<ul>\n${block.items.map((item) => itemOf(item, origin)).join('\n')}\n</ul>`
    case 'table':
      return `<table class="long"><caption>${htmlText(block.caption)}</caption><thead><tr>${block.head.map((title) => `<th scope="col">${htmlText(title)}</th>`).join('')}</tr></thead><tbody>\n${block.rows
        .map((cells) => `<tr>${cells.map((line) => `<td>${lineOf(line, origin)}</td>`).join('')}</tr>`)
        .join('\n')}\n</tbody></table>`
    case 'facts':
      return `<table class="facts"><caption>${htmlText(block.caption)}</caption><tbody>\n${block.rows
        .map(({ label, value }) => `<tr><th scope="row">${lineOf(label, origin)}</th><td>${lineOf(value, origin)}</td></tr>`)
        .join('\n')}\n</tbody></table>`
    case 'verbatim':
      return `<h3>${htmlText(block.caption)}</h3>\n<pre>${htmlText(block.text)}</pre>`
    default:
      return block satisfies never
  }
}
