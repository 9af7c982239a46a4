import { expect, test } from 'vitest'
import { type RefusalCode, Refused } from '@/lib/domain/refusal'
import { BODY_LIMIT, parseJson, readBody } from '@/lib/http/read-body'

const post = (body: BodyInit | null, headers: Record<string, string> = { 'content-type': 'application/json' }): Request =>
  new Request('http://localhost/x', { method: 'POST', body, headers, duplex: 'half' } as RequestInit)

async function codeOf(work: () => unknown): Promise<RefusalCode | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (error instanceof Refused) return error.refusal.code
    throw error
  }
}

test('JSON of a fair size is read', async () => {
  expect(await readBody(post('{"a":"ü"}', { 'content-type': 'application/json; charset=utf-8' }), BODY_LIMIT)).toBe('{"a":"ü"}')
})

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
  '%j is not JSON, whatever it holds (T25)',
  async (type) => {
    expect(await codeOf(() => readBody(post('{}', { 'content-type': type }), BODY_LIMIT))).toBe('unsupported_media_type')
  },
)

test('a compressed body is refused unread (T30)', async () => {
  expect(await codeOf(() => readBody(post('x', { 'content-type': 'application/json', 'content-encoding': 'gzip' }), BODY_LIMIT))).toBe(
    'unsupported_media_type',
  )
})

test('a body that keeps coming is cut at the limit, said or not (T30)', async () => {
  expect(await codeOf(() => readBody(post('x'.repeat(BODY_LIMIT + 1)), BODY_LIMIT))).toBe('too_large')
  let pulled = 0
  const endless = new ReadableStream({
    pull(controller) {
      pulled += 1
      controller.enqueue(new Uint8Array(64 * 1024))
    },
  })
  expect(await codeOf(() => readBody(post(endless), BODY_LIMIT))).toBe('too_large')
  expect(pulled).toBeLessThan(10)
})

test('what is not UTF-8, not JSON or too deep is refused without repeating it', async () => {
  expect(await codeOf(() => readBody(post(new Uint8Array([0x22, 0xff, 0x22])), BODY_LIMIT))).toBe('invalid')
  expect(await codeOf(() => parseJson('{"secret value'))).toBe('invalid')
  expect(() => parseJson('{"secret value')).not.toThrow(/secret value/)
  expect(parseJson(`${'['.repeat(32)}${']'.repeat(32)}`)).toBeDefined()
  expect(await codeOf(() => parseJson(`${'['.repeat(33)}${']'.repeat(33)}`))).toBe('invalid')
  expect(await codeOf(() => parseJson('['.repeat(100_000)))).toBe('invalid')
  expect(parseJson(`{"a":"${'[{'.repeat(50)}\\""}`)).toEqual({ a: `${'[{'.repeat(50)}"` })
})
