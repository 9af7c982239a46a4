import type { z } from 'zod'
import { type Refusal, refuse } from '@/lib/domain/refusal'

/** Where in the input, as people write it: `changes[2].summary`. */
function placeOf(path: readonly PropertyKey[]): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`)).join('')
}

/**
 * What zod found, as a refusal: unknown keys by name (`unknown_field`, T24), else `invalid` with a sentence for each field. Never a value: the
 * input may hold anything.
 */
export function refusalOfInput(error: z.ZodError): Refusal {
  const unknown = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => placeOf([...issue.path, shorten(key)])) : [],
  )
  if (unknown.length > 0) {
    const [place] = unknown
    return refuse(
      'unknown_field',
      `${unknown.join(', ')} ${unknown.length === 1 ? 'is not a field' : 'are not fields'} that may be sent here.`,
      { place },
    )
  }
  const details = error.issues
    .slice(0, 20)
    .map((issue) => (issue.path.length === 0 ? issue.message : `${placeOf(issue.path)}: ${issue.message}`))
  const place = error.issues.map((issue) => placeOf(issue.path)).find((path) => path !== '')
  return refuse('invalid', details.length === 1 ? (details[0] as string) : 'Some fields need another look.', { place, details })
}

const shorten = (key: string): string => {
  const plain = key.replace(/[^\w.-]/g, '?')
  return plain.length > 60 ? `${plain.slice(0, 57)}...` : plain
}
