/** What is wrong with a policy text: where (1-based), in which field, what is wrong and what was expected instead. */
export type Finding = {
  file: string
  line: number
  column: number
  /** Path of the field, such as `edges[1].gates[0].checklist`; empty for the text as a whole. */
  path: string
  what: string
  expected: string
}

/** A finding before its place in the text is known. `key` points at an unknown or duplicate key rather than at its value. */
export type Problem = { path: readonly PropertyKey[]; key?: string; what: string; expected: string }

/** One finding as one line, the way compilers print them: `policies/x.yaml:12:5 edges[0].to: ...; expected ...`. */
export function formatFinding(finding: Finding): string {
  const where = finding.path === '' ? '' : ` ${finding.path}:`
  return `${finding.file}:${finding.line}:${finding.column}${where} ${finding.what}; expected ${finding.expected}`
}

/** A path of keys and positions as people write it. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`),
    '',
  )
}
