import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { db } from '@/lib/db/client'

const ROOT = resolve(import.meta.dirname, '../../..')
const GOOD = join(ROOT, 'policies/dreichor.yaml')
let folder: string
let bad: string
let leaky: string
// Made up, and put together here so that no file of ours holds it.
const SECRET = ['postgresql', '://keeper:', 'qN7vLx2RbT9wZk4m', '@db.example.org/app'].join('')

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'policy-'))
  const text = readFileSync(GOOD, 'utf8')
  bad = join(folder, 'bad.yaml')
  writeFileSync(bad, `${text}\nnonsense: 1\nmore_nonsense: 2\n`)
  leaky = join(folder, 'leaky.yaml')
  writeFileSync(leaky, `${text}\nnonsense: ${SECRET}\n`)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Ran = { code: number; out: string; err: string }
/** `npm run policy -- ...` as npm starts it. */
function policy(...args: string[]): Promise<Ran> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      ['scripts/with-database.mjs', 'scripts/policy.ts', ...args],
      { cwd: ROOT, env: process.env },
      (error, out, err) => done({ code: error ? Number(error.code) : 0, out, err }),
    )
  })
}

test('a finding in any file keeps every file from being applied, and all findings are told with line and column', async () => {
  const { code, err } = await policy('apply', GOOD, bad)
  expect(code).toBe(1)
  expect(err).toMatch(/bad\.yaml:\d+:1 nonsense: .*\n.*bad\.yaml:\d+:1 more_nonsense: /)
  expect(err).toContain('Nothing was applied.')
  expect(await db.policyVersion.count()).toBe(0)
}, 60_000)

test('what looks like a secret is named by its line and never printed (T18)', async () => {
  for (const verb of ['check', 'apply']) {
    const { code, out, err } = await policy(verb, leaky)
    expect(code).toBe(1)
    expect(err).toContain('Nothing was stored')
    expect(out + err).not.toContain('qN7vLx2RbT9wZk4m')
  }
}, 60_000)

test('a policy without findings is stored, activated, and said to be unsigned; the same again is refused', async () => {
  const { code, out } = await policy('apply', GOOD)
  expect(code).toBe(0)
  expect(out).toMatch(/^dreichor: version 1 is active \([0-9a-f]{12}\); the system is under governance now\. It is not signed\.$/m)
  expect(await db.policyVersion.findMany({ select: { systemId: true, number: true, status: true } })).toEqual([
    { systemId: 'dreichor', number: 1, status: 'active' },
  ])
  expect((await policy('apply', GOOD)).code).toBe(1)
  expect((await policy('list')).out).toContain('dreichor')
}, 60_000)
