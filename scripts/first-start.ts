import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { db } from '@/lib/db/client'
import { findOpenSetupLink } from '@/lib/db/find-setup-link'
import { Refused } from '@/lib/domain/refusal'
import { routes } from '@/lib/routes'
import { createSetupLink } from '@/lib/usecases/account/create-setup-link'
import { applyPolicy } from '@/lib/usecases/policy/apply-policy'
import { openConsole } from '@/lib/usecases/policy/open-console'

// What a start without the demo record does before anybody can sign in. `npm start` runs it each time; it does what is still to be done.

const policies = join(import.meta.dirname, '..', 'policies')
const linkFile = join(process.env.COUNTERSIGN_STATE ?? join(import.meta.dirname, '..', '.countersign'), 'setup-link.txt')

/** Puts every system with a policy in the project under governance, unless one is already. Later changes are applied by an admin. */
async function applyPolicies(): Promise<void> {
  if ((await db.policyVersion.count()) > 0) return
  const ctx = await openConsole()
  for (const file of readdirSync(policies)
    .filter((name) => name.endsWith('.yaml'))
    .sort())
    await applyPolicy(ctx, { text: readFileSync(join(policies, file), 'utf8'), fileName: `policies/${file}` })
}

function keptLink(): string | null {
  try {
    return decodeURIComponent(readFileSync(linkFile, 'utf8').trim().split('/').at(-1) ?? '')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** Leaves the address of a one-time set-up link where `npm start` finds it, as long as there is no admin; a link that is still good stays. */
async function offerSetup(): Promise<void> {
  const kept = keptLink()
  if (kept !== null && (await findOpenSetupLink(db, kept))?.kind === 'first_admin') return
  rmSync(linkFile, { force: true })
  try {
    const { link } = await createSetupLink()
    mkdirSync(join(linkFile, '..'), { recursive: true })
    writeFileSync(linkFile, `${routes.setup(link)}\n`, { mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Refused && error.refusal.code === 'wrong_state')) throw error // there is an admin: nothing to offer
  }
}

try {
  await applyPolicies()
  await offerSetup()
} catch (error) {
  process.exitCode = 1
  if (error instanceof Refused) console.error([error.refusal.sentence, ...(error.refusal.details ?? [])].join('\n  '))
  else throw error
} finally {
  await db.$disconnect()
}
