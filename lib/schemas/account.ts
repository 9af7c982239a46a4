import { z } from 'zod'
import { TOKEN_MAX_DAYS } from '@/lib/domain/account'
import { ROLES } from '@/lib/domain/roles'
import { SCOPES } from '@/lib/domain/scopes'

const Name = z.string().trim().min(1, 'Give a name.').max(120, 'At most 120 characters.')
const Email = z.string().trim().max(254).pipe(z.email('An address such as mara@example.org.'))
/** Checked for length by the domain, which also knows whose it is; here only that a request stays small. */
const NewPassword = z.string().max(1_024)
const GivenPassword = z.string('Enter your password.').min(1, 'Enter your password.').max(1_024)
const TimeZone = z.string().max(64).refine(isTimeZone, 'A time zone such as Europe/Berlin.')
const Id = z.uuid('Choose one of the list.')
/** A select's empty value stands for every system. */
const SystemOrAll = z
  .string()
  .max(64)
  .transform((value) => (value === '' ? null : value))
  .nullable()
/** One ticked box arrives alone, several as an array. */
const listOf = <T extends z.ZodType>(item: T, sentence: string) =>
  z.preprocess((value) => (value === undefined || value === '' ? [] : Array.isArray(value) ? value : [value]), z.array(item, sentence))

function isTimeZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en-GB', { timeZone: zone }))
  } catch {
    return false
  }
}

export const createPersonInput = z.strictObject({ name: Name, email: Email }).meta({ id: 'CreatePerson' })
export const personInput = z.strictObject({ person: Id })
export const retirePersonInput = personInput.meta({ id: 'RetirePerson' })
export const erasePersonInput = z
  .strictObject({ person: Id, confirmed: z.literal('yes', 'Tick the box: erasing cannot be undone.') })
  .meta({ id: 'ErasePerson' })
export const updateProfileInput = z.strictObject({ name: Name, timeZone: TimeZone }).meta({ id: 'UpdateProfile' })
export const changePasswordInput = z
  .strictObject({ currentPassword: GivenPassword, newPassword: NewPassword })
  .meta({ id: 'ChangePassword' })
export const giveGrantInput = z
  .strictObject({
    person: Id,
    role: z.enum(ROLES, 'Choose a role.'),
    system: SystemOrAll,
    endsOn: z
      .union([
        z.literal('').transform(() => null),
        z.iso.date('A date such as 2026-12-31.').transform((day) => new Date(`${day}T23:59:59.999Z`)),
      ])
      .nullish(),
  })
  .meta({ id: 'GiveGrant' })
export const endGrantInput = z.strictObject({ grant: Id }).meta({ id: 'EndGrant' })
export const createAgentInput = z.strictObject({ name: Name, system: SystemOrAll, sponsor: Id }).meta({ id: 'CreateAgent' })
export const createTokenInput = z
  .strictObject({
    name: Name,
    agent: z.union([z.literal('').transform(() => null), Id]).nullish(),
    system: SystemOrAll,
    scopes: listOf(z.enum(SCOPES), 'Choose at least one.').pipe(z.array(z.enum(SCOPES)).min(1, 'Choose at least one.')),
    gates: z.preprocess(
      (value) => (typeof value === 'string' ? value.split(/[\s,]+/).filter((gate) => gate !== '') : (value ?? [])),
      z
        .array(
          z
            .string()
            .max(64)
            .regex(/^[a-z0-9]+(?:[-_.][a-z0-9]+)*$/, 'Ids of gates, separated by commas.'),
        )
        .max(50),
    ),
    days: z.coerce
      .number('A number of days.')
      .int('A whole number of days.')
      .min(1, 'At least one day.')
      .max(TOKEN_MAX_DAYS, `At most ${TOKEN_MAX_DAYS} days.`),
  })
  .meta({ id: 'CreateToken' })
export const revokeTokenInput = z.strictObject({ token: Id }).meta({ id: 'RevokeToken' })
export const endSessionInput = z.strictObject({ session: Id }).meta({ id: 'EndSession' })
export const endAllSessionsInput = z.strictObject({ person: Id.optional() }).meta({ id: 'EndAllSessions' })
export const addCommitAddressInput = z.strictObject({ person: Id, email: Email }).meta({ id: 'AddCommitAddress' })
export const invitePersonInput = z.strictObject({ person: Id }).meta({ id: 'InvitePerson' })
export const completeSetupInput = z.strictObject({
  link: z.string().min(1).max(200),
  name: Name.optional(),
  email: Email.optional(),
  newPassword: NewPassword,
})
export const stepUpInput = z
  .strictObject({
    password: GivenPassword,
    sealedHash: z.string().regex(/^[0-9a-f]{64}$/),
    slot: z.string().min(1).max(64),
    decision: z.enum(['approve', 'decline']),
  })
  .meta({ id: 'StepUp' })
export const signInInput = z.strictObject({ email: z.string().trim().min(1).max(254), password: GivenPassword })
export const signOutInput = z.strictObject({}).meta({ id: 'SignOut' })
