import { randomBytes } from 'node:crypto'

/** A database name that no other file of the run has, at most 63 bytes as PostgreSQL wants it. */
export function databaseName(purpose = 'test'): string {
  return `${purpose}_${process.pid}_${randomBytes(5).toString('hex')}`
}
