import { afterAll } from 'vitest'
import './settings'
import { databaseName } from './names'
import { addressAs, makeDatabase, removeDatabase } from './postgres'

// Runs before each integration test file is imported: a database of its own, under the address that `@/lib/db/client` reads.

const name = databaseName()
await makeDatabase(name)
process.env.DATABASE_URL = addressAs('countersign_app', name)
process.env.DATABASE_MIGRATE_URL = addressAs('countersign_migrate', name)
process.env.DATABASE_POOL_SIZE ??= '20'
// Most tests have no sequencer: what they do waits for a place in the log for as long as they run.
process.env.LOG_LAG_LIMIT_SECONDS ??= '86400'

afterAll(async () => {
  // The client keeps itself on globalThis. Dropping the database under its open pool would end the worker with an error.
  const { countersignDb } = globalThis as { countersignDb?: { $disconnect(): Promise<void> } }
  await countersignDb?.$disconnect()
  await removeDatabase(name)
})
