import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { db } from '@/lib/db/client'
import { sqlState } from '@/lib/db/mutate'
import { formatFinding } from '@/lib/domain/policy/finding'
import { policyHash } from '@/lib/domain/policy/hash'
import { readPolicy } from '@/lib/domain/policy/load'
import { Refused } from '@/lib/domain/refusal'
import { applyPolicyInput } from '@/lib/schemas/policy'
import { whyNotSecretFile } from '@/lib/secret-filter/why-not-secret'
import { applyPolicy } from '@/lib/usecases/policy/apply-policy'
import { openConsole } from '@/lib/usecases/policy/open-console'

const USAGE = `npm run policy -- apply <file> ...   store and activate each policy as its system's next version, on the record as the console's act;
                                     when any file has a finding, none is applied
npm run policy -- check <file> ...   read each policy and print every finding; nothing is stored
npm run policy -- list               the systems under governance and their active versions`

/** Paths are meant from where the person stands; npm itself goes to the root of the project. */
const standing = process.env.INIT_CWD ?? process.cwd()

function read(file: string): { text: string; fileName: string } {
  const path = resolve(standing, file)
  return { text: readFileSync(path, 'utf8'), fileName: relative(standing, path) || file }
}

/** Prints every finding of every file. What looks like a secret is not read any further, so that no finding echoes it (T18). */
function areFine(files: readonly string[], say: (line: string) => void): boolean {
  return files
    .map((file) => {
      const { text, fileName } = read(file)
      const secret = whyNotSecretFile(fileName, text)
      const found = secret ? null : readPolicy(text, fileName)
      if (found?.policy) say(`${fileName}: fine, ${policyHash(found.policy)}`)
      else if (secret) console.error(`${fileName}: ${secret.sentence}`)
      else for (const finding of found?.findings ?? []) console.error(formatFinding(finding))
      return found?.policy !== undefined
    })
    .every(Boolean)
}

async function apply(files: readonly string[]): Promise<boolean> {
  if (!areFine(files, () => {})) {
    console.error('Nothing was applied.')
    return false
  }
  const ctx = await openConsole()
  for (const file of files) {
    const { systemId, number, hash, created, warnings } = await applyPolicy(ctx, applyPolicyInput.parse(read(file)))
    console.log(
      `${systemId}: version ${number} is active (${hash.slice(0, 12)})${created ? '; the system is under governance now' : ''}. It is not signed.`,
    )
    for (const warning of warnings) console.log(`  warning: ${warning}`)
  }
  return true
}

async function list(): Promise<boolean> {
  const active = await db.policyVersion.findMany({
    where: { status: 'active' },
    orderBy: { systemId: 'asc' },
    include: { system: { select: { name: true } } },
  })
  if (active.length === 0) console.log('No system is under governance yet. Apply a policy: npm run policy -- apply policies/<file>.yaml')
  for (const { systemId, system, number, hash, appliedAt } of active)
    console.log(`${systemId}  ${system.name}, version ${number}, ${hash.slice(0, 12)}, applied ${appliedAt.toISOString()}`)
  return true
}

async function run([verb, ...files]: readonly string[]): Promise<boolean> {
  if (verb === 'list' && files.length === 0) return list()
  if (verb === 'check' && files.length > 0) return areFine(files, console.log)
  if (verb === 'apply' && files.length > 0) return apply(files)
  console.error(USAGE)
  return false
}

try {
  if (!(await run(process.argv.slice(2)))) process.exitCode = 1
} catch (error) {
  process.exitCode = 1
  if (error instanceof Refused) console.error([error.refusal.sentence, ...(error.refusal.details ?? [])].join('\n  '))
  else if (error instanceof Error && 'code' in error && error.code === 'ENOENT') console.error(error.message)
  else if (sqlState(error) === '42P01') console.error('The database has no tables yet. Run npm run migrate (or npm start) first.')
  else throw error
} finally {
  await db.$disconnect()
}
