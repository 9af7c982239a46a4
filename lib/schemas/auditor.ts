import { z } from 'zod'
import { SAMPLE_MOST, SEED } from '@/lib/domain/auditor/sample'
import { SystemSlug } from './common'

const DAY_MS = 86_400_000

const Day = z.iso.date('A day such as 2026-11-19.')
const empty = <S extends z.ZodType>(schema: S) => z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

/** A draw of a sample: whole UTC days, both included, of one system or of all; without a seed one is made. */
export const drawSampleInput = z
  .strictObject({
    from: Day,
    to: Day,
    system: empty(SystemSlug),
    count: z.coerce
      .number('A number of changes.')
      .int('A whole number of changes.')
      .min(1, 'At least one.')
      .max(SAMPLE_MOST, `At most ${SAMPLE_MOST}: each is a dossier to read.`),
    seed: empty(z.string().trim().regex(SEED, 'Four to 64 letters, digits, dots and hyphens.')),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'The last day comes after the first.' })
  .meta({ id: 'drawSampleInput', description: 'A random sample of the changes of a period.' })

export type DrawSampleInput = z.output<typeof drawSampleInput>

/** The instants of some whole UTC days, both included; `to` is exclusive. */
export function periodOf({ from, to }: { from: string; to: string }): { from: Date; to: Date } {
  return { from: new Date(`${from}T00:00:00Z`), to: new Date(Date.parse(`${to}T00:00:00Z`) + DAY_MS) }
}

const addressDay = Day.refine((day) => !Number.isNaN(Date.parse(`${day}T00:00:00Z`)))

/**
 * The period and system in an address, leniently: what is not understood is as if it were not there. Without days it is the last `days` UTC days
 * until today.
 */
export function periodInAddress(
  params: Readonly<Record<string, string | string[] | undefined>>,
  now: Date,
  days = 90,
): { from: string; to: string; system: string | undefined } {
  const day = (value: unknown): string | undefined => {
    const parsed = addressDay.safeParse(value)
    return parsed.success ? parsed.data : undefined
  }
  const today = now.toISOString().slice(0, 10)
  const to = day(params.to) ?? today
  const from = day(params.from) ?? new Date(Date.parse(`${to}T00:00:00Z`) - (days - 1) * DAY_MS).toISOString().slice(0, 10)
  const system = SystemSlug.safeParse(params.system)
  // A period that ends before it begins is that of its last day.
  return { from: [from, to].toSorted()[0] as string, to, system: system.success ? system.data : undefined }
}

/** The size and seed of a sample in an address; null when there is none, or none that could have been drawn. */
export function sampleInAddress(params: Readonly<Record<string, string | string[] | undefined>>): { count: number; seed: string } | null {
  const count = Number(params.sample)
  const { seed } = params
  if (!Number.isInteger(count) || count < 1 || count > SAMPLE_MOST || typeof seed !== 'string' || !SEED.test(seed)) return null
  return { count, seed }
}

/** An instant in an address, leniently: `2026-11-19T14:30` is UTC, as a date field gives it. Null for anything else. */
export function instantInAddress(value: unknown): Date | null {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z?$/.test(value)) return null
  const at = new Date(value.endsWith('Z') ? value : `${value}Z`)
  return Number.isNaN(at.getTime()) ? null : at
}
