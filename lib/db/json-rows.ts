import 'server-only'
import { Prisma } from './generated/client'

/** A list of rows as JSON, for a statement that brings several lists at once; the empty list where there are none. */
export const list = (rows: Prisma.Sql) => Prisma.sql`(SELECT coalesce(json_agg(x), '[]') FROM (${rows}) x)`

// The only fields that hold instants, wherever they lie. Texts of people are never under one of these names.
const INSTANTS = new Set([
  'openedAt',
  'closedAt',
  'windowStartsAt',
  'windowEndsAt',
  'buildDate',
  'bundleApprovedAt',
  'sealedAt',
  'signedAt',
  'recordedAt',
  'takenAt',
  'at',
  'since',
])

/** Brings the instants of rows that came as JSON back to life: JSON knows none. Items of a checklist stay as they are. */
export function revive(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return INSTANTS.has(key) ? new Date(value) : value
  if (Array.isArray(value)) return key === 'items' ? value : value.map((each) => revive(each))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, revive(each, name)]))
}
