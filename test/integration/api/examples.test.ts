import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { ROLES, type Role } from '@/lib/domain/roles'
import { SCOPES } from '@/lib/domain/scopes'
import { getApiSample } from '@/lib/queries/api/sample'
import { curlOf, EXAMPLE_BODY, SAMPLE } from '@/lib/schemas/api/examples'
import { OPERATIONS, type Operation, type OperationId } from '@/lib/schemas/api/operations'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { applyPolicy } from '@/lib/usecases/policy/apply-policy'
import { openConsole } from '@/lib/usecases/policy/open-console'
import { type Answer, aBearer, api } from '../../support/api'
import { aPerson } from '../../support/people'
import { aGovernedSystem, digestOf } from '../../support/scene'

const file = (name: string) => readFileSync(join(import.meta.dirname, '../../..', name), 'utf8')
let token: string

beforeAll(async () => {
  const text = file('docs/my-app.yaml')
  await applyPolicy(await openConsole(), { text, fileName: 'docs/my-app.yaml' })
  const people = Object.fromEntries(
    await Promise.all(ROLES.map(async (role) => [role, await aPerson(`The ${role}`, [role], 'my-app')] as const)),
  ) as Record<Role, Awaited<ReturnType<typeof aPerson>>>
  token = (await aBearer(people.admin, { scopes: SCOPES, systemId: 'my-app' })).secret
})

/** What a shell would hand to curl: one call's method, address, headers and body. */
function callOf(command: string, environment: Record<string, string>) {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`
  const words = execFileSync('sh', ['-c', script], {
    env: { NODE_ENV: 'test', PATH: process.env.PATH ?? '', ...environment },
    encoding: 'utf8',
  }).split('\0')
  const after = (name: string) => words.flatMap((word, index) => (word === name ? [words[index + 1] as string] : []))
  const url = new URL(words.find((word) => word.startsWith('https://')) as string)
  return {
    line: `${after('-X')[0] ?? 'GET'} ${url.pathname.replace('/api/v1', '')}` as Parameters<typeof api>[1],
    query: url.search.slice(1),
    headers: Object.fromEntries(
      after('-H')
        .map((header) => header.split(': ') as [string, string])
        .map(([k, v]) => [k.toLowerCase(), v]),
    ),
    body: after('-d')[0],
  }
}

const environment = {
  COUNTERSIGN: 'https://countersign.example.org',
  CI_JOB_ID: '4711',
  GIT_SHA: digestOf('built').slice(0, 40),
  BUILD_DATE: '2026-11-19T16:00:00Z',
  FINGERPRINT: digestOf('made where the value lives'),
}

// The commands are for a POSIX shell, which Windows has only where somebody put one.
const inShell = it.skipIf(process.platform === 'win32')

describe('what the README tells to type', () => {
  inShell('works, line by line', async () => {
    const commands = [...file('README.md').matchAll(/^ {3}curl (?:.*\\\n)*.*$/gm)].map(([command]) => command.trim())
    expect(commands.length).toBeGreaterThanOrEqual(8)
    const answers: Answer[] = []
    let deployment = ''
    for (const command of commands) {
      const { line, query, headers, body } = callOf(command, { ...environment, TOKEN: token, DEPLOYMENT: deployment })
      expect(headers.authorization).toBe(`Bearer ${token}`)
      const answer = await api(null, line, { query, headers, ...(body === undefined ? {} : { body }) })
      expect([200, 201], `${command}\n${answer.text}`).toContain(answer.status)
      if (line === 'POST /deployments') deployment = answer.body.id as string
      answers.push(answer)
    }
    const [, promotion, evidence, verdict] = answers.map(({ body }) => body)
    expect(evidence).toMatchObject({ gate: 'unit-tests', promotion: promotion?.id })
    expect(verdict).toMatchObject({ verdict: 'NOT_YET', promotion: promotion?.id })
    const reasons = (verdict?.reasons ?? []) as { sentence: string; who: string }[]
    expect(reasons.length).toBeGreaterThan(1)
    for (const reason of reasons) expect(reason).toMatchObject({ sentence: expect.stringMatching(/./), who: expect.stringMatching(/./) })
    expect(answers.at(-5)?.body).toMatchObject({ status: 'succeeded' })
    expect(answers.at(-4)?.body).toMatchObject({ mapping: 'database-url', keyId: 'k1' })
    expect(answers.at(-3)?.body).toMatchObject({ findings: [] })
    expect(answers.at(-2)?.body).toMatchObject({ opened: [], closed: [] })
    expect(answers.at(-1)?.body).toMatchObject({ ok: true })
  })
})

describe('the examples of the document and its page', () => {
  it('are inputs that their calls take, and hold nothing like a secret', () => {
    for (const [id, make] of Object.entries(EXAMPLE_BODY)) {
      const { input } = OPERATIONS[id as OperationId] as Operation
      const inPath = Object.fromEntries(Object.entries(SAMPLE).filter(([name]) => OPERATIONS[id as OperationId].path.includes(`{${name}}`)))
      expect(input.safeParse({ ...inPath, ...make(SAMPLE) }).error?.issues, id).toBeUndefined()
      expect(whyNotSecret(make(SAMPLE)), id).toBeNull()
    }
  })

  inShell('are commands that a shell reads as they are meant', () => {
    for (const [id, operation] of Object.entries<Operation>(OPERATIONS)) {
      if (id === 'applyPolicy') continue // reads the file of the policy
      const command = curlOf(id as OperationId, { ...SAMPLE, gate: "it's a gate" })
      const { line, headers, body } = callOf(command, { ...environment, TOKEN: 'csn_x' })
      expect(line.split(' ')[0], id).toBe(operation.method.toUpperCase())
      expect(headers.authorization).toBe('Bearer csn_x')
      if (operation.method !== 'post') continue
      expect(JSON.parse(body as string)).toEqual(EXAMPLE_BODY[id as keyof typeof EXAMPLE_BODY]({ ...SAMPLE, gate: "it's a gate" }))
      expect(headers['idempotency-key'], id).toMatch(/^4711-/)
    }
  })

  it('speak of what the reader can see, and of nothing else', async () => {
    const robodj = await aGovernedSystem('robodj')
    const at = (who: Awaited<ReturnType<typeof aPerson>>) => getApiSample({ actor: who.actor, now: new Date() })
    const sample = await at(robodj.people.auditor)
    const { policy } = await import('@/lib/db/load-policy').then(({ loadActivePolicy }) => loadActivePolicy(db, 'robodj'))
    expect(sample.system).toBe('robodj')
    expect(policy.edges.map(({ to }) => to)).toContain(sample.profile)
    expect(policy.edges.flatMap(({ gates }) => gates.map(({ id }) => id))).toContain(sample.gate)
    expect(await at(await aPerson('Of no system', []))).toMatchObject({ system: 'my-app', version: '1.4.0' })
  })
})
