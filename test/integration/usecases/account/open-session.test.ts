import { expect, test } from 'vitest'
import { db } from '@/lib/db/client'
import { flushFloods } from '@/lib/db/record-collapsed'
import { anonymousContext, NOBODY_ID } from '@/lib/domain/anonymous'
import type { RefusalCode } from '@/lib/domain/refusal'
import { openSession, type SignIn } from '@/lib/usecases/account/open-session'
import { retirePerson } from '@/lib/usecases/account/retire-person'
import { aPerson, bareCtx, events, PASSWORD, refusalOf, theAdmin } from '@/test/support/factories'

let address = 0
const from = (ip = `198.51.100.${(address += 1)}`) => anonymousContext({ id: '00000000-0000-4000-8000-000000000002', ip, agentHash: null })
const as = (email: string, more: Partial<SignIn> = {}): SignIn => ({
  email,
  password: PASSWORD,
  userAgent: 'test browser',
  knownDevice: null,
  replaces: null,
  ...more,
})

test('every sign-in makes a new session and ends the one this browser had (T26)', async () => {
  const person = await aPerson()
  const first = await openSession(from(), as(person.email.toUpperCase()))
  expect(first.expiresAt.getTime() - Date.now()).toBeGreaterThan(11.9 * 3_600_000)
  const second = await openSession(from(), as(person.email, { replaces: { sid: first.sid, sv: first.sv } }))
  expect(second.sid).not.toBe(first.sid)
  expect((await db.session.findUniqueOrThrow({ where: { id: first.sid } })).endedAt).not.toBeNull()
  expect((await events('session.opened')).filter((event) => event.actor_id === person.id)).toHaveLength(2)
  expect((await events('session.ended')).at(-1)?.subject_id).toBe(first.sid)
})

test('no account, no password yet, retired and wrong password are refused in the same words (T28)', async () => {
  const person = await aPerson()
  const retired = await aPerson()
  await retirePerson(bareCtx(await theAdmin()), { person: retired.id })
  const invited = await aPerson()
  await db.person.update({ where: { principalId: invited.id }, data: { passwordHash: null } })
  const answers = [
    await refusalOf(openSession(from(), as('nobody.there@example.org'))),
    await refusalOf(openSession(from(), as(retired.email))),
    await refusalOf(openSession(from(), as(invited.email))),
    await refusalOf(openSession(from(), as(person.email, { password: 'not the right one' }))),
  ]
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toHaveProperty('size', 1)
  expect(answers[0]).toMatchObject({ code: 'wrong_credentials' satisfies RefusalCode })
})

test('a guesser is slowed down and does not keep the owner out, from elsewhere or on a known device (T27)', async () => {
  const person = await aPerson()
  const guess = () => refusalOf(openSession(from('203.0.113.9'), as(person.email, { password: 'a guess 12345' })))
  const codes: string[] = []
  for (let i = 0; i < 8; i += 1) codes.push((await guess()).code)
  expect(codes).toEqual([...Array(5).fill('wrong_credentials'), ...Array(3).fill('throttled')])
  // Even the right password has to wait there: a guesser must not learn that it was right.
  const slow = await refusalOf(openSession(from('203.0.113.9'), as(person.email)))
  expect(slow.code).toBe('throttled')
  expect(Number(/Wait (\d+) s/.exec(slow.sentence)?.[1])).toBeLessThanOrEqual(60)
  await openSession(from(), as(person.email))
  await openSession(from('203.0.113.9'), as(person.email, { knownDevice: 'this-device' }))
})

test('a guesser with many addresses is slowed down by the account, and the owner’s first try still counts (T27)', async () => {
  const person = await aPerson()
  await db.$executeRaw`DELETE FROM "Throttle"`
  // As after a hundred tries of many addresses; tries of their own would take minutes of hashing.
  const { takeSignInTry } = await import('@/lib/db/tries')
  let refused = 0
  for (let i = 0; i < 130; i += 1)
    await takeSignInTry({ email: person.email, address: `10.0.${i % 60}.1`, knownDevice: null }).catch(() => (refused += 1))
  expect(refused).toBeGreaterThan(20)
  await openSession(from(), as(person.email))
})

test('failures are on the record, collapsed with their exact number (T35)', async () => {
  await flushFloods()
  const before = (await events('sign_in.failed')).length
  const person = await aPerson()
  for (let i = 0; i < 4; i += 1) await refusalOf(openSession(from(), as(person.email, { password: 'a guess 12345' })))
  await refusalOf(openSession(from(), as('who.is.that@example.org')))
  await flushFloods()
  const failed = (await events('sign_in.failed')).slice(before)
  const counts = (id: string) => failed.filter((event) => event.subject_id === id).map((event) => event.payload.count)
  expect(counts(person.id)).toEqual([1, 3])
  expect(counts(NOBODY_ID)).toEqual([1])
  expect(failed.every((event) => event.actor_id === NOBODY_ID)).toBe(true)
})
