import 'server-only'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from './generated/client'
import { statementName } from './statement-name'

/** A client inside a transaction, or the client itself: what reads may run on. */
export type Tx = Omit<PrismaClient, '$connect' | '$disconnect' | '$on' | '$transaction' | '$use' | '$extends'>

const kept = globalThis as { countersignDb?: PrismaClient }

function connect(): PrismaClient {
  const connectionString = process.env.DATABASE_URL
  if (!connectionString) throw new Error('DATABASE_URL is not set; `npm start` sets it, or see .env.example.')
  return new PrismaClient({
    adapter: new PrismaPg(
      { connectionString, max: Number(process.env.DATABASE_POOL_SIZE ?? 10) },
      { statementNameGenerator: statementName },
    ),
    // Prisma's own messages can print arguments; nothing of a request may reach a log that way (T18).
    errorFormat: 'minimal',
    // A busy moment is waited out; Prisma would give up on a free connection after two seconds.
    transactionOptions: { maxWait: 8_000, timeout: 10_000 },
    log: [],
  })
}

/** The one client of this process, as the role that runs the application; kept across reloads in development. */
export const db: PrismaClient = (kept.countersignDb ??= connect())
