import type { PolicyVariable } from '@/lib/domain/policy/schema'

export { validatorWords } from '@/lib/domain/contract/validator-words'

/** What a variable must be on a profile: "Required", "Required if applicable", "Default allowed", "Optional". */
export function requiredWords(variable: PolicyVariable, profile: string): string {
  if (variable.requiredIn.includes(profile)) return variable.requiredWhen ? `Required ${variable.requiredWhen.text}` : 'Required'
  if (variable.defaultAllowedIn.includes(profile)) return 'Default allowed'
  return variable.requiredWhen && variable.requiredIn.length === 0 ? `Required ${variable.requiredWhen.text}` : 'Optional'
}
