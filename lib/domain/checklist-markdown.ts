import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmTaskListItemFromMarkdown } from 'mdast-util-gfm-task-list-item'
import { gfmTaskListItem } from 'micromark-extension-gfm-task-list-item'
import { sha256Hex } from './canonical'
import type { ChecklistItem } from './checklist'
import { StepItem } from './policy/parts/steps'

/** Why a Markdown file is no checklist. `line` counts from 1. */
export type ChecklistFinding = { line: number; sentence: string }

export type ReadTaskList = { title: string; items: ChecklistItem[] } | { findings: ChecklistFinding[] }

/** Largest file read, in UTF-16 units, most items taken from it, and how deep items may lie inside one another. */
const MAX_MARKDOWN = 262_144
const MAX_ITEMS = 500
const MAX_DEPTH = 6

type Root = ReturnType<typeof fromMarkdown>
type Block = Root['children'][number]
type ListItem = Extract<Block, { type: 'list' }>['children'][number]
type Inline = Extract<Block, { type: 'paragraph' }>['children'][number]

/** Headings that say when their items are due. "Deployment checklist" and the like say nothing; what says nothing is `before`. */
const PHASE_WORDS: readonly [RegExp, ChecklistItem['phase']][] = [
  [/\broll(?:ing)?[- ]?back\b.{0,40}\b(?:procedure|steps)\b|^(?:\d[\d.]* )?roll(?:ing)?[- ]?back\b/i, 'rollback'],
  [/\bpre[- _]?requisites?\b/i, 'prerequisite'],
  [/\b(?:before|pre)(?:\b|[- _])/i, 'before'],
  [/\b(?:after|post)(?:\b|[- _])/i, 'after'],
  [/\b(?:during|execution)\b/i, 'during'],
]

/**
 * Reads a Markdown task list as a checklist (000.30): `- [ ]` items in order, headings as groups and phases, nested items as parts, a code
 * block (or one inline code that reads like a command) as the command, "Expected: ..." as what shows that it worked, a condition in brackets
 * ("(if production)") as a question to a person. Ids come from heading and text, so they stay the same when other items come and go.
 * Whether a box is already ticked in the file means nothing. Answers with every finding at once when the file is no checklist.
 */
export function readTaskList(markdown: string, fallbackTitle = 'Checklist'): ReadTaskList {
  if (markdown.length > MAX_MARKDOWN) return { findings: [{ line: 1, sentence: 'The file is larger than 256 KiB.' }] }
  const root = fromMarkdown(markdown.normalize('NFC'), {
    extensions: [gfmTaskListItem()],
    mdastExtensions: [gfmTaskListItemFromMarkdown()],
  })
  const reading: Reading = { items: [], findings: [], ids: new Set(), headings: [], title: null }
  for (const block of root.children) readBlock(block, reading)
  const { items, findings } = reading
  if (items.length === 0 && findings.length === 0)
    findings.push({ line: 1, sentence: 'The file has no task list items. Write them as "- [ ] text".' })
  if (items.length > MAX_ITEMS) findings.push({ line: 1, sentence: `The file has ${items.length} items; at most ${MAX_ITEMS} are read.` })
  return findings.length > 0 ? { findings } : { title: (reading.title ?? fallbackTitle).slice(0, 200), items }
}

type Heading = { depth: number; text: string }
type Reading = { items: ChecklistItem[]; findings: ChecklistFinding[]; ids: Set<string>; headings: Heading[]; title: string | null }

function readBlock(block: Block, reading: Reading): void {
  if (block.type === 'heading') {
    const text = inlineText(block.children)
    if (block.depth === 1 && reading.title === null && reading.items.length === 0) {
      reading.title = text
      return
    }
    reading.headings = [...reading.headings.filter(({ depth }) => depth < block.depth), { depth: block.depth, text }]
  }
  if (block.type === 'list')
    for (const [index, item] of block.children.entries())
      readItem(item, block.ordered ? (block.start ?? 1) + index : null, null, 1, reading)
  if (block.type === 'blockquote') for (const inner of block.children) if (inner.type === 'list') readBlock(inner, reading)
}

function readItem(item: ListItem, number: number | null, parent: string | null, depth: number, reading: Reading): void {
  const line = item.position?.start.line ?? 1
  if (depth > MAX_DEPTH) {
    reading.findings.push({ line, sentence: `Items may lie ${MAX_DEPTH} deep inside one another, not deeper.` })
    return
  }
  const nested = item.children.flatMap((child) => (child.type === 'list' ? [child] : []))
  if (typeof item.checked !== 'boolean') {
    // A plain item that only holds task items is a group of its own, as in "1. Database" with boxes below.
    for (const list of nested)
      for (const [index, inner] of list.children.entries())
        readItem(inner, list.ordered ? (list.start ?? 1) + index : null, parent, depth + 1, reading)
    return
  }
  const said = readWords(item)
  if (said.text === '') {
    reading.findings.push({ line, sentence: 'This item has no text.' })
    return
  }
  const group = reading.headings.at(-1)?.text
  const id = freshId(group, said.text, reading.ids)
  const does = nested
    .flatMap((list) => list.children.filter(({ checked }) => typeof checked !== 'boolean').map((inner) => readWords(inner).text))
    .filter((text) => text !== '')
  const parsed = StepItem.safeParse({
    id,
    ...(number === null ? {} : { number: String(number) }),
    text: said.text,
    phase: phaseOf(reading),
    ...(group === undefined ? {} : { group }),
    ...(parent === null ? {} : { parent }),
    ...(said.condition === null ? {} : { when: { text: said.condition } }),
    ...(said.command === null ? {} : { command: said.command }),
    ...(said.expected === null ? {} : { expected: said.expected }),
    evidence: said.command === null ? 'attestation' : 'command-result',
    ...(does.length === 0 ? {} : { does }),
  })
  if (parsed.success) reading.items.push(parsed.data)
  else for (const issue of parsed.error.issues) reading.findings.push({ line, sentence: `${issue.path.join('.')}: ${issue.message}.` })
  for (const list of nested) {
    const tasks = list.children.filter(({ checked }) => typeof checked === 'boolean')
    for (const inner of tasks)
      readItem(inner, list.ordered ? (list.start ?? 1) + list.children.indexOf(inner) : null, id, depth + 1, reading)
  }
}

function phaseOf({ headings, title }: Reading): ChecklistItem['phase'] {
  // The nearest heading that says something; the title speaks last.
  for (const text of [...headings.map((heading) => heading.text).reverse(), title ?? '']) {
    const found = PHASE_WORDS.find(([words]) => words.test(text))
    if (found) return found[1]
  }
  return 'before'
}

type Words = { text: string; command: string | null; expected: string | null; condition: string | null }

const EXPECTED = /^(?:expected|expect|should (?:print|show|return))(?: (?:output|result|answer))?\s{0,4}:\s{0,4}/i
const CONDITION = /\(((?:only )?(?:if|when|unless|where)\b[^()]{1,200})\)/i
const COMMAND_LIKE = /^(?:\.{0,2}[/\\])?[A-Za-z0-9_.-]{1,60}(?:[/\\][A-Za-z0-9_.-]{1,60}){0,10} \S/

/** What an item's own blocks say; nested lists are items or details of their own. */
function readWords(item: ListItem): Words {
  const text: string[] = []
  const commands: string[] = []
  const expected: string[] = []
  const inlineCommands: string[] = []
  let expectsCode = false
  for (const child of item.children) {
    if (child.type === 'code') {
      if (expectsCode) expected.push(child.value)
      else commands.push(child.value)
      expectsCode = false
    }
    if (child.type !== 'paragraph') continue
    for (const line of inlineText(child.children).split('\n')) {
      if (EXPECTED.test(line)) {
        const rest = line.replace(EXPECTED, '').trim()
        if (rest === '') expectsCode = true
        else expected.push(rest)
      } else text.push(line.trim())
    }
    inlineCommands.push(
      ...child.children.flatMap((inline) => (inline.type === 'inlineCode' && COMMAND_LIKE.test(inline.value) ? [inline.value] : [])),
    )
  }
  const joined = text.join(' ').replace(/\s+/g, ' ').trim()
  const command = commands.length > 0 ? commands.join('\n').trim() : inlineCommands.length === 1 ? (inlineCommands[0] ?? null) : null
  return {
    text: joined,
    command: command === '' ? null : command,
    expected: expected.join('\n').trim() || null,
    condition: CONDITION.exec(joined)?.[1] ?? null,
  }
}

/** The words of inline Markdown: code keeps its backticks, a link its address, raw HTML goes. */
function inlineText(children: readonly Inline[]): string {
  return children
    .map((child): string => {
      if (child.type === 'text') return child.value
      if (child.type === 'inlineCode') return `\`${child.value}\``
      if (child.type === 'break') return '\n'
      if (child.type === 'link') {
        const words = inlineText(child.children)
        return words === child.url || words === '' ? child.url : `${words} (${child.url})`
      }
      if (child.type === 'image') return child.alt ?? ''
      return 'children' in child ? inlineText(child.children) : ''
    })
    .join('')
    .trim()
}

/** An id from heading and text that no earlier item has: letters and digits joined by hyphens, at most 64 characters. */
function freshId(group: string | undefined, text: string, taken: Set<string>): string {
  // Without the number of a section: sections are renumbered more often than renamed.
  const head = group === undefined ? '' : slug(group.replace(/^[0-9.]+\s/, ''), 20)
  const tail = slug(text, 38) || `item-${sha256Hex(text).slice(0, 8)}`
  const base = head === '' ? tail : `${head}.${tail}`
  let id = base
  for (let next = 2; taken.has(id); next += 1) id = `${base}-${next}`
  taken.add(id)
  return id
}

function slug(text: string, most: number): string {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
  let result = ''
  for (const word of words) {
    const longer = result === '' ? word.slice(0, most) : `${result}-${word}`
    if (longer.length > most) break
    result = longer
  }
  return result
}
