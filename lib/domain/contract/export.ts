import type { Policy, PolicyVariable } from '../policy/schema'
import { listInWords } from '../words'
import { contractProfile, requiredSet } from './evaluate'
import { validatorWords } from './validator-words'

export const EXPORT_FORMS = ['env', 'json', 'md'] as const
export type ExportForm = (typeof EXPORT_FORMS)[number]

/** What an export is called and said to be. Named as in `routes.systemContractExport`. */
export const EXPORT_FILES: Readonly<Record<ExportForm, { name: string; mediaType: string }>> = {
  env: { name: '.env.example', mediaType: 'text/plain; charset=utf-8' },
  json: { name: 'contract.schema.json', mediaType: 'application/schema+json; charset=utf-8' },
  md: { name: 'contract.md', mediaType: 'text/markdown; charset=utf-8' },
}

/** One variable as the contract of a profile has it; `condition`: required only if people say that it holds. */
export type ContractEntry = { variable: PolicyVariable; required: boolean; condition: string | null }

/** The variables of a profile (its id) as its contract says, grouped as in the policy. */
export function contractEntries(policy: Policy, profile: string, variant: string | null): ContractEntry[] {
  const required = requiredSet(policy, profile, variant)
  const groups = [...new Set(policy.variables.map(({ group }) => group))]
  return groups.flatMap((group) =>
    policy.variables
      .filter((variable) => variable.group === group)
      .map((variable) => {
        const when = variable.requiredWhen
        const isComputed = when?.profiles !== undefined || when?.phases !== undefined
        const holds =
          when === undefined ||
          (isComputed && (when.profiles?.includes(profile) ?? true) && (when.phases?.includes(policy.phases?.current ?? '') ?? true))
        const named = required.has(variable.name)
        return { variable, required: named && (holds || !isComputed), condition: named && when && !isComputed ? when.text : null }
      }),
  )
}

const oneLine = (text: string): string =>
  [...text]
    .map((char) => (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(char) ? ' ' : char))
    .join('')
    .replace(/\s+/g, ' ')
    .trim()

const need = ({ required, condition }: ContractEntry): string =>
  required ? (condition === null ? 'required' : `required ${oneLine(condition)}`) : 'optional'

/** The contract of one profile as one of the three forms. An unknown profile is the strictest one, as everywhere. */
export function exportContract(policy: Policy, profile: string, variant: string | null, form: ExportForm): string {
  const { id } = contractProfile(policy, profile)
  if (form === 'env') return envExample(policy, id, variant)
  return form === 'json' ? `${JSON.stringify(contractSchema(policy, id, variant), null, 2)}\n` : markdownTable(policy, id, variant)
}

/**
 * The contract as `.env.example` (002.39): comments say what each variable is and must be; a made-up example of the policy stands in for
 * what is no secret, and nothing for what is. Optional ones are commented out. No value of anybody's.
 */
export function envExample(policy: Policy, profile: string, variant: string | null): string {
  const lines = [`# ${oneLine(policy.system.name)}, ${profile}: what the runtime reads. Names and examples; fill in no real value here.`]
  let group: string | null = null
  for (const entry of contractEntries(policy, profile, variant)) {
    const { variable } = entry
    if (variable.group !== group) {
      group = variable.group
      lines.push('', `# --- ${oneLine(group)}`)
    }
    const rules = variable.validators.map(validatorWords).map(oneLine)
    lines.push(
      '',
      `# ${oneLine(variable.description)}`,
      `# ${[need(entry), variable.secret ? 'secret' : null, ...rules].filter(Boolean).join('; ')}`,
    )
    const example = variable.secret || variable.example === undefined ? '' : quoted(variable.example)
    lines.push(`${entry.required ? '' : '# '}${variable.name}=${example}`)
  }
  return `${lines.join('\n')}\n`
}

/** A value as every reader of `.env` files takes it: bare where that is safe, in single quotes otherwise, so that nothing in it is expanded. */
function quoted(value: string): string {
  const line = oneLine(value)
  if (/^[A-Za-z0-9_./:@%+,-]*$/.test(line)) return line
  return line.includes("'") ? `"${line.replace(/[\\"$`]/g, '\\$&')}"` : `'${line}'`
}

type JsonValue = string | number | boolean | JsonValue[] | { [key: string]: JsonValue }

const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** The contract as a JSON Schema (2020-12) of an object of strings, as a process sees its environment. Rules that it cannot say stand in the description. */
export function contractSchema(policy: Policy, profile: string, variant: string | null): Record<string, JsonValue> {
  const all = contractEntries(policy, profile, variant)
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `${policy.system.name}, ${profile}`,
    description: `Environment variables of ${policy.system.name} on ${profile}. Names and rules; never values.`,
    type: 'object',
    properties: Object.fromEntries(all.map((entry) => [entry.variable.name, propertyOf(policy, entry, profile)])),
    required: all.filter(({ required, condition }) => required && condition === null).map(({ variable }) => variable.name),
    additionalProperties: { type: 'string' },
  }
}

function propertyOf(policy: Policy, entry: ContractEntry, profile: string): JsonValue {
  const { variable } = entry
  const rules = variable.validators.flatMap((validator): { [key: string]: JsonValue }[] => {
    switch (validator.kind) {
      case 'not-empty':
        return [{ minLength: 1 }]
      case 'length':
        return [
          {
            ...(validator.min === undefined ? {} : { minLength: validator.min }),
            ...(validator.max === undefined ? {} : { maxLength: validator.max }),
          },
        ]
      case 'prefix':
        return [{ pattern: `^${escapePattern(validator.value)}` }]
      case 'one-of': {
        const holds = !validator.phases || !policy.phases || validator.phases.includes(policy.phases.current)
        return validator.open || !holds ? [] : [{ enum: validator.values }]
      }
      case 'boolean':
        return [{ enum: ['true', 'false'] }]
      case 'url':
        return [{ format: 'uri' }, ...(validator.schemes ? [{ pattern: `^(?:${validator.schemes.map(escapePattern).join('|')}):` }] : [])]
      case 'integer':
        return [{ pattern: '^[+\\-]?[0-9]{1,15}$' }]
      case 'pattern':
        return [{ pattern: validator.pattern }]
      default:
        return []
    }
  })
  const words = variable.validators
    .filter((each) => each.kind !== 'not-placeholder' || (each.profiles?.includes(profile) ?? true))
    .map(validatorWords)
  const description = [variable.description, need(entry), variable.secret ? 'secret' : '', ...words]
    .filter((each) => each !== '')
    .join('; ')
  return {
    type: 'string',
    description,
    ...(variable.secret ? { writeOnly: true } : {}),
    ...(rules.length > 0 ? { allOf: rules } : {}),
    ...(!variable.secret && variable.example !== undefined ? { examples: [variable.example] } : {}),
  }
}

/** A cell of a Markdown table: one line, its marks escaped, and never the beginning of a formula for whoever pastes it into a sheet (T21). */
function cell(text: string): string {
  const plain = oneLine(text).replace(/[\\|*_`~<>[\]#&]/g, '\\$&')
  return /^[-=+@]/.test(plain) ? `\\${plain}` : plain
}

/** The contract as a Markdown table, one row for each variable. */
export function markdownTable(policy: Policy, profile: string, variant: string | null): string {
  const rows = contractEntries(policy, profile, variant).map((entry) => {
    const { variable } = entry
    const rules = listInWords(variable.validators.map(validatorWords))
    const defaults = variable.defaultAllowedIn.includes(profile) ? 'allowed' : 'never'
    return [
      variable.name,
      variable.description,
      need(entry),
      variable.secret ? 'secret' : 'config',
      rules === 'nothing' ? 'present or not' : rules,
      defaults,
      variable.owner,
    ]
  })
  const head = ['Variable', 'What it is', 'Needed', 'Class', 'Must be', 'Default', 'Owner']
  return [
    `# ${cell(policy.system.name)}: contract of variables on ${cell(profile)}`,
    '',
    'Names and rules. Values are never part of it.',
    '',
    `| ${head.join(' | ')} |`,
    `| ${head.map(() => '---').join(' | ')} |`,
    ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
    '',
  ].join('\n')
}
