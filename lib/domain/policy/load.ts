import { isMap, isNode, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { NotCanonical } from '../canonical'
import { type Finding, formatPath, type Problem } from './finding'
import { policyCanonical } from './hash'
import { referenceProblems } from './references'
import { type Policy, PolicySchema } from './schema'

/** The longest policy text that is read; the four longest of ours are under 40 KiB. */
const MAX_LENGTH = 512 * 1024

export type ReadPolicy = { policy: Policy; findings?: undefined } | { findings: Finding[]; policy?: undefined }

/**
 * Reads a policy from YAML (JSON is YAML too). Either the policy, or every finding at once in the order of the text, each with
 * file, line, column, what is wrong and what was expected. `fileName` is only printed. Never throws for a bad text.
 */
export function readPolicy(text: string, fileName: string): ReadPolicy {
  if (text.length > MAX_LENGTH)
    return {
      findings: [
        { file: fileName, line: 1, column: 1, path: '', what: `the text has ${text.length} characters`, expected: `at most ${MAX_LENGTH}` },
      ],
    }

  const lineCounter = new LineCounter()
  const doc = parseDocument(text, {
    lineCounter,
    version: '1.2',
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    merge: false,
    prettyErrors: false,
  })
  const place = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset)
    return { file: fileName, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const yamlProblems = [...doc.errors, ...doc.warnings]
  if (yamlProblems.length > 0)
    return {
      findings: yamlProblems.map((error) => ({
        ...place(error.pos[0]),
        path: '',
        what: `this is not YAML that we read: ${error.message}`,
        expected: expectedOf(error.code),
      })),
    }

  let raw: unknown
  try {
    raw = doc.toJS({ maxAliasCount: 20 })
  } catch (error) {
    // Only the alias limit and unresolved aliases throw here.
    if (!(error instanceof ReferenceError)) throw error
    return {
      findings: [
        {
          ...place(0),
          path: '',
          what: `an alias cannot be resolved: ${error.message}`,
          expected: 'few aliases, each to an anchor above it',
        },
      ],
    }
  }

  const parsed = PolicySchema.safeParse(raw)
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => schemaProblems(issue, raw))),
    ...referenceProblems(raw),
  ]
  if (parsed.success && problems.length === 0) {
    const odd = uncanonical(parsed.data)
    if (odd === null) return { policy: parsed.data }
    problems.push(odd)
  }

  const offsetOf = (problem: Problem): number => {
    for (let path = [...problem.path]; ; path = path.slice(0, -1)) {
      // A missing key has no node: the nearest parent is where it should be.
      const node = path.length > 0 ? doc.getIn(path, true) : doc.contents
      const whole = path.length === problem.path.length
      const pair =
        whole && problem.key !== undefined && isMap(node) ? node.items.find((item) => String(item.key) === problem.key) : undefined
      if (isNode(pair?.key) && pair.key.range) return pair.key.range[0]
      if (isNode(node) && node.range) return node.range[0]
      if (path.length === 0) return 0
    }
  }
  const findings = problems.map((problem) => ({
    offset: offsetOf(problem),
    path: formatPath(problem.key === undefined ? problem.path : [...problem.path, problem.key]),
    what: problem.what,
    expected: problem.expected,
  }))
  findings.sort((a, b) => a.offset - b.offset)
  return { findings: findings.map(({ offset, ...finding }) => ({ ...place(offset), ...finding })) }
}

/** A policy whose texts have no canonical form (not NFC, lone surrogates) could not be hashed, so it is refused here. */
function uncanonical(policy: Policy): Problem | null {
  try {
    policyCanonical(policy)
    return null
  } catch (error) {
    if (!(error instanceof NotCanonical)) throw error
    const path = error.place.split(/[.[\]]+/).flatMap((part) => (part === '' ? [] : [/^\d+$/.test(part) ? Number(part) : part]))
    return { path, what: error.message, expected: 'text in Unicode normal form C, so that every reader computes one hash' }
  }
}

function expectedOf(code: string): string {
  return code === 'DUPLICATE_KEY' ? 'each key once in its map' : 'YAML 1.2 with plain maps, lists, texts, numbers and booleans'
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined),
    raw,
  )
}

/** What stands there, in words; never longer than a line, because somebody may have pasted a secret. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'an empty value'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'string') return value.length > 40 ? `a text of ${value.length} characters` : JSON.stringify(value)
  return String(value)
}

const KIND_WORDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
}

function schemaProblems(issue: z.core.$ZodIssue, raw: unknown): Problem[] {
  const path = issue.path
  const found = valueAt(raw, path)
  const name = formatPath(path.slice(-1)) || 'the policy'
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path,
        key,
        what: `the key ${JSON.stringify(key)} is not known here`,
        expected: 'a key that the schema describes',
      }))
    case 'invalid_type':
      return found === undefined
        ? [{ path, what: `${name} is missing`, expected: KIND_WORDS[issue.expected] ?? issue.expected }]
        : [{ path, what: `${name} is ${describe(found)}`, expected: KIND_WORDS[issue.expected] ?? issue.expected }]
    case 'invalid_value':
      return [
        {
          path,
          what: `${name} is ${describe(found)}`,
          expected: `${issue.values.length > 1 ? 'one of: ' : ''}${issue.values.map(String).join(', ')}`,
        },
      ]
    case 'too_small':
      return [
        {
          path,
          what: `${name} is ${found === '' ? 'empty' : describe(found)}`,
          expected: `at least ${issue.minimum} ${unitOf(issue.origin)}`,
        },
      ]
    case 'too_big':
      return [{ path, what: `${name} is ${describe(found)}`, expected: `at most ${issue.maximum} ${unitOf(issue.origin)}` }]
    case 'invalid_format':
      return [
        {
          path,
          what: `${name} is ${describe(found)}`,
          expected: issue.message.startsWith('Invalid string') ? `a text of the form ${issue.pattern ?? issue.format}` : issue.message,
        },
      ]
    case 'custom':
      return [
        {
          path,
          what: `${name} does not hold: ${found !== undefined && typeof found !== 'object' ? describe(found) : 'the rule is incomplete'}`,
          expected: issue.message,
        },
      ]
    case 'invalid_union':
      return [{ path, what: `${name} is ${describe(found)}`, expected: unionExpected(issue) }]
    default:
      return [{ path, what: `${name} is ${describe(found)}`, expected: issue.message }]
  }
}

function unionExpected(issue: z.core.$ZodIssueInvalidUnion): string {
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : []
  return options.length > 0 ? `one of: ${options.join(', ')}` : 'one of the forms the schema describes'
}

function unitOf(origin: string): string {
  return origin === 'string' ? 'characters' : origin === 'array' ? 'entries' : ''
}
