import type { PolicyVariable } from '../policy/schema'
import { listInWords } from '../words'

type Validator = PolicyVariable['validators'][number]

const span = (min: number | undefined, max: number | undefined): string =>
  `${min === undefined ? '' : ` from ${min}`}${max === undefined ? '' : ` to ${max}`}`

/** One validator in words: "starts with postgres://", "one of info, warn or error, or another (shown, not refused)". */
export function validatorWords(validator: Validator): string {
  switch (validator.kind) {
    case 'not-empty':
      return 'not empty'
    case 'not-placeholder':
      return `no placeholder${validator.profiles ? ` on ${listInWords(validator.profiles)}` : ''}`
    case 'length':
      return `a text with length${span(validator.min, validator.max)}`
    case 'prefix':
      return `starts with ${validator.value}`
    case 'one-of': {
      const values = validator.values.length === 1 ? `exactly ${validator.values[0]}` : `one of ${listInWords(validator.values, 'or')}`
      return `${values}${validator.open ? ', or another (shown, not refused)' : ''}${validator.phases ? ` in ${listInWords(validator.phases)}` : ''}`
    }
    case 'boolean':
      return 'true or false'
    case 'url':
      return validator.schemes ? `an address with ${listInWords(validator.schemes, 'or')}` : 'an address'
    case 'integer':
      return `a whole number${span(validator.min, validator.max)}`
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
