import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { METHODS } from '@/lib/http/other-methods'
import { ProblemAnswer } from '@/lib/schemas/api/common'
import { OPERATIONS, type Operation } from '@/lib/schemas/api/operations'
import '../../support/api'
import { TEST_ORIGIN } from '../../support/settings'

const root = join(import.meta.dirname, '../../../app/api/v1')
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('route.ts'))
type Handlers = Record<string, (request: Request) => Response>
const load = async (file: string) => (await import(/* @vite-ignore */ join(root, file))) as Handlers
const ask = (method: string, path: string) => new Request(`${TEST_ORIGIN}/api/v1${path}`, { method })

describe('methods an address does not answer', () => {
  it('are refused with a problem document that names those it does, and no other is missing', async () => {
    for (const file of files.filter((name) => !name.includes('[['))) {
      const path = `/${relative('.', file).replace(/\/?route\.ts$/, '')}`.replace(/\[(\w+)\]/g, '{$1}')
      const own = Object.values<Operation>(OPERATIONS).filter((operation) => operation.path === path)
      const answered = METHODS.filter((each) => own.some(({ method }) => method.toUpperCase() === each))
      expect(answered.length, path).toBeGreaterThan(0)
      const handlers = await load(file)
      for (const method of METHODS.filter((each) => !answered.includes(each))) {
        const response = handlers[method]?.(ask(method, path)) as Response
        expect(response.status, `${method} ${path}`).toBe(405)
        expect(response.headers.get('content-type')).toBe('application/problem+json')
        expect(
          response.headers
            .get('allow')
            ?.split(', ')
            .filter((each) => !['HEAD', 'OPTIONS'].includes(each)),
        ).toEqual(answered)
        expect(ProblemAnswer.parse(await response.json())).toMatchObject({ status: 405, code: 'method_not_allowed' })
      }
      const options = handlers.OPTIONS?.(ask('OPTIONS', path)) as Response
      expect([options.status, options.headers.get('allow')?.startsWith(answered[0] as string)], path).toEqual([204, true])
    }
  })
})

describe('addresses that are none', () => {
  // Acts of people in the browser, and guesses: a token has no address for any of them.
  const nowhere = [
    '',
    '/nothing',
    '/promotions/PRM-0001/seal',
    '/promotions/PRM-0001/sign',
    '/promotions/PRM-0001/sign-offs',
    '/promotions/PRM-0001/decline',
    '/promotions/PRM-0001/withdraw',
    '/step-up',
    '/people',
    '/tokens',
  ]

  it('are answered with a problem document for every method, and no word of the address', async () => {
    const handlers = await load('[[...unknown]]/route.ts')
    for (const method of [...METHODS, 'OPTIONS']) {
      for (const path of nowhere) {
        const response = handlers[method]?.(ask(method, path)) as Response
        expect(response.status).toBe(404)
        expect(response.headers.get('content-type')).toBe('application/problem+json')
        const body = ProblemAnswer.parse(await response.json())
        expect(body).toMatchObject({ code: 'not_found' })
        if (path) expect(JSON.stringify(body)).not.toContain(path)
      }
    }
  })

  it('hold nothing by which a token could seal or sign', () => {
    const existing = files.map((file) => file.replace(/\/?route\.ts$/, '')).filter((path) => !path.includes('[['))
    for (const path of nowhere.filter((each) => each.split('/').length > 2)) {
      const pattern = path.split('/').slice(1)
      expect(
        existing.filter((each) => {
          const parts = each.split('/')
          return parts.length === pattern.length && parts.every((part, index) => part.startsWith('[') || part === pattern[index])
        }),
        path,
      ).toEqual([])
    }
  })
})
