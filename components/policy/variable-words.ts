import type { PolicyVariable } from '@/lib/domain/policy/schema'
import { listWords } from '@/lib/format'

type Validator = PolicyVariable['validators'][number]

/** One validator in words: "starts with postgres://", "one of info, warn, error or another". */
export function validatorWords(validator: Validator): string {
  switch (validator.kind) {
    case 'not-empty':
      return 'not empty'
    case 'prefix':
      return `starts with ${validator.value}`
    case 'one-of': {
      const values = validator.values.length === 1 ? `exactly ${validator.values[0]}` : `one of ${listWords(validator.values, 'or')}`
      return `${values}${validator.open ? ', or another (shown, not refused)' : ''}${validator.phases ? ` in ${listWords(validator.phases)}` : ''}`
    }
    case 'boolean':
      return 'true or false'
    case 'url':
      return validator.schemes ? `an address with ${listWords(validator.schemes, 'or')}` : 'an address'
    case 'integer':
      return `a whole number${validator.min === undefined ? '' : ` from ${validator.min}`}${validator.max === undefined ? '' : ` to ${validator.max}`}`
    case 'pattern':
      return `matches ${validator.pattern}`
    case 'unique-across-profiles':
      return 'different on every profile'
    case 'stable':
      return validator.text
    default:
      return validator satisfies never
  }
}

/** What a variable must be on a profile: "Required", "Required if applicable", "Default allowed", "Optional". */
export function requiredWords(variable: PolicyVariable, profile: string): string {
  if (variable.requiredIn.includes(profile)) return variable.requiredWhen ? `Required ${variable.requiredWhen.text}` : 'Required'
  if (variable.defaultAllowedIn.includes(profile)) return 'Default allowed'
  return variable.requiredWhen && variable.requiredIn.length === 0 ? `Required ${variable.requiredWhen.text}` : 'Optional'
}
