import type { PolicyVariable } from '../policy/schema'
import type { ShapeProblem, VariableFact } from './facts'
import { isPlaceholder } from './placeholder'

type Validator = PolicyVariable['validators'][number]

/** What is wrong, as the end of "Its value does not fit: ...". Never a part of the value. */
export const PROBLEM_WORDS: Readonly<Record<ShapeProblem, string>> = {
  empty: 'it is empty',
  placeholder: 'it is a placeholder',
  prefix: 'it does not begin as the policy says',
  'one-of': 'it is none of the allowed words',
  phase: 'it is not allowed in the present phase of the project',
  boolean: 'it is neither true nor false',
  url: 'it is no address',
  scheme: 'the scheme of the address is not allowed',
  integer: 'it is no whole number',
  range: 'the number is outside its range',
  pattern: 'it does not match the pattern of the policy',
  length: 'it is too short or too long',
}

/** Longest value that is looked at. Whatever is longer is refused unread, so that no pattern of a policy can hang on it (T29). */
export const MAX_VALUE = 65_536
const MAX_FOR_PATTERN = 8_192

/** Longest word of a value that may be told, and its letters (facts.ts: `says`). */
const SAYABLE = /^[A-Za-z0-9_.:/-]{1,64}$/
/** A word that nobody would choose as a secret: lower-case words and short numbers joined by signs. */
const PLAIN_WORD = /^(?=.{1,40}$)[A-Za-z]{1,20}(?:[-_.:/][A-Za-z]{1,20}|[-_.:/]?[0-9]{1,3}){0,5}$/

/** Whether a report may say what the variable says: no secret, and few possible values, or the name of a place. */
export function maySay(variable: PolicyVariable): boolean {
  if (variable.secret) return false
  return variable.purpose !== 'value' || variable.validators.some(({ kind }) => kind === 'one-of' || kind === 'boolean')
}

/** The word a report may carry, or null: only of variables that may say it, and only words, never what could be a secret. */
function sayable(variable: PolicyVariable, value: string): string | null {
  if (!maySay(variable) || !SAYABLE.test(value)) return null
  const listed = variable.validators.some((each) => each.kind === 'one-of' && each.values.includes(value))
  return listed || PLAIN_WORD.test(value) ? value : null
}

/** Whether anything about the variable's value is judged at all; being different from others and staying the same are judged elsewhere. */
export function hasShapeRules({ validators }: PolicyVariable): boolean {
  return validators.some(({ kind }) => kind !== 'unique-across-profiles' && kind !== 'stable' && kind !== 'not-empty')
}

const patterns = new Map<string, RegExp>()

function patternOf(source: string): RegExp {
  const known = patterns.get(source)
  if (known) return known
  const made = new RegExp(source, 'u')
  if (patterns.size < 1_000) patterns.set(source, made)
  return made
}

/**
 * Judges a value where it lives: whether it is there, whether it fits, what is wrong, and the word of it that may be told. Undefined is
 * "not set"; empty or nothing but white space is "there and empty". `at` is the profile's id and the project's phase (null: unknown, and
 * then every rule holds). Never throws, never returns the value unless the policy lets it be said. (002.15, 004.9 to 004.12)
 */
export function shapeOf(
  variable: PolicyVariable,
  value: string | undefined,
  at: { profile: string; phase: string | null },
): Pick<VariableFact, 'present' | 'valid' | 'problem' | 'says'> {
  if (value === undefined) return { present: false, valid: null, problem: null, says: null }
  const problem = problemOf(variable, value, at)
  return { present: true, valid: problem === null, problem, says: sayable(variable, value) }
}

function problemOf(variable: PolicyVariable, value: string, at: { profile: string; phase: string | null }): ShapeProblem | null {
  if (value.length > MAX_VALUE) return 'length'
  if (value.trim() === '') return 'empty'
  for (const validator of variable.validators) {
    const problem = judge(validator, variable, value, at)
    if (problem !== null) return problem
  }
  return null
}

function judge(
  validator: Validator,
  variable: PolicyVariable,
  value: string,
  at: { profile: string; phase: string | null },
): ShapeProblem | null {
  switch (validator.kind) {
    case 'not-empty':
    case 'unique-across-profiles':
    case 'stable':
      return null
    case 'not-placeholder':
      return (validator.profiles?.includes(at.profile) ?? true) && isPlaceholder(value, variable.example) ? 'placeholder' : null
    case 'length':
      return value.length < (validator.min ?? 0) || value.length > (validator.max ?? MAX_VALUE) ? 'length' : null
    case 'prefix':
      return value.startsWith(validator.value) ? null : 'prefix'
    case 'one-of':
      if (validator.open || validator.values.includes(value)) return null
      if (!validator.phases) return 'one-of'
      return at.phase === null || validator.phases.includes(at.phase) ? 'phase' : null
    case 'boolean':
      return value === 'true' || value === 'false' ? null : 'boolean'
    case 'url':
      return judgeUrl(value, validator.schemes)
    case 'integer':
      return judgeInteger(value, validator.min, validator.max)
    case 'pattern':
      return value.length <= MAX_FOR_PATTERN && patternOf(validator.pattern).test(value) ? null : 'pattern'
  }
}

function judgeUrl(value: string, schemes: readonly string[] | undefined): ShapeProblem | null {
  // Digits, white space and placeholders inside would be repaired by the parser; a runtime might not.
  if (/\s/.test(value) || !/^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]/.test(value) || !URL.canParse(value)) return 'url'
  const scheme = value.slice(0, value.indexOf(':')).toLowerCase()
  return schemes && !schemes.some((each) => each.toLowerCase().replace(/:(?:\/\/)?$/, '') === scheme) ? 'scheme' : null
}

function judgeInteger(value: string, min: number | undefined, max: number | undefined): ShapeProblem | null {
  if (!/^[+-]?[0-9]{1,15}$/.test(value)) return 'integer'
  const number = Number(value)
  return number < (min ?? number) || number > (max ?? number) ? 'range' : null
}
