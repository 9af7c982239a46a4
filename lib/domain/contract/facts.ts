/** What was wrong with the shape of a value, judged where the value lives; the value itself stays there. */
export const SHAPE_PROBLEMS = [
  'empty',
  'placeholder',
  'prefix',
  'one-of',
  'phase',
  'boolean',
  'url',
  'scheme',
  'integer',
  'range',
  'pattern',
  'length',
] as const
export type ShapeProblem = (typeof SHAPE_PROBLEMS)[number]

/** What is known of one environment variable on one runtime: a name, whether it is there, its shape, its keyed fingerprint. Never a value. */
export type VariableFact = {
  name: string
  present: boolean
  /** Null: nobody judged it. */
  valid: boolean | null
  problem: ShapeProblem | null
  /** Where the value came from: the id of a precedence step or injection source of the policy; null where nobody said. */
  source: string | null
  /** True: a built-in default stands in. */
  isDefault: boolean
  /** Only of a variable that is no secret and has few possible values: what it says. */
  says: string | null
  fingerprint: { value: string; keyId: string } | null
}
