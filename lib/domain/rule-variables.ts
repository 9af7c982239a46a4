import type { PolicyVariable } from './policy/schema'
import { listInWords } from './words'

/** What a policy demands of a variable on a profile, in a few words: "Set, one of info or warn". It holds what the policy says and no value of anybody. */
export function expectedOfVariable(variable: PolicyVariable, profile: string): string {
  const shapes = variable.validators.flatMap((validator) => shapeInWords(validator) ?? [])
  const start = variable.requiredIn.includes(profile) ? 'Set' : 'When set'
  const words = [start, ...(shapes.length > 0 ? [listInWords(shapes)] : variable.requiredIn.includes(profile) ? [] : ['not empty'])]
  const noDefault = variable.critical && !variable.defaultAllowedIn.includes(profile) ? ', not by default' : ''
  return `${words.join(', ')}${noDefault}`
}

function shapeInWords(validator: PolicyVariable['validators'][number]): string | null {
  switch (validator.kind) {
    case 'not-empty':
      return 'not empty'
    case 'prefix':
      return `beginning with ${validator.value}`
    case 'one-of':
      return validator.values.length === 1 ? `${validator.values[0]}` : `one of ${listInWords(validator.values, 'or')}`
    case 'boolean':
      return 'true or false'
    case 'url':
      return validator.schemes ? `an address with ${listInWords(validator.schemes, 'or')}` : 'an address'
    case 'integer':
      return rangeInWords(validator.min, validator.max)
    case 'pattern':
      return `of the form ${validator.pattern}`
    case 'unique-across-profiles':
      return 'not the same as on another profile'
    case 'stable':
      return 'unchanged'
    // A validator that a later policy format brings says nothing here rather than something wrong.
    default:
      return null
  }
}

function rangeInWords(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return `a whole number from ${min} to ${max}`
  if (min !== undefined) return `a whole number of at least ${min}`
  return max === undefined ? 'a whole number' : `a whole number of at most ${max}`
}
