import 'server-only'
import { watchPeers } from '@/lib/auth/peer'
import { db } from '@/lib/db/client'
import { forgetOldKeys } from '@/lib/db/once'
import { flushFloods } from '@/lib/db/record-collapsed'
import { forgetOldTries } from '@/lib/db/throttle'
import { recordReads } from '@/lib/db/trail-reads'
import { SettingsRefused, settings } from '@/lib/env'
import { closeInOrder, onShutdown } from '@/lib/shutdown'

const HOUR_MS = 3_600_000

/** What happens once in a web process before its first request: settings judged (all problems at once), peers watched, an orderly end prepared. */
export function boot(): void {
  try {
    settings()
  } catch (error) {
    if (!(error instanceof SettingsRefused)) throw error
    console.error(error.message)
    process.exit(1)
  }
  watchPeers()
  closeInOrder()
  onShutdown(flushFloods)
  setInterval(() => void tidy(), HOUR_MS).unref()
}

/** Forgets what no longer counts, and puts on the record what auditors read. Nothing waits for it, so a failure waits for the next hour. */
async function tidy(): Promise<void> {
  await Promise.allSettled([forgetOldKeys(db), forgetOldTries(db), recordReads()])
}
