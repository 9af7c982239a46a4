import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Candidate } from '@/lib/domain/approval'
import { type ContactConfirmed, contactGates, contactLists } from '@/lib/domain/contact'
import { PolicySchema } from '@/lib/domain/policy/schema'
import type { Role } from '@/lib/domain/roles'

const policy = PolicySchema.parse(parse(readFileSync(`${import.meta.dirname}/../../../policies/robodj.yaml`, 'utf8')))
const T = new Date('2026-11-21T10:00:00Z')
const at = (ms: number) => new Date(T.getTime() + ms)
const HOUR = 3_600_000

const person = (id: string, role: Role, endsAt: Date | null = null): Candidate => ({
  id,
  name: `P ${id}`,
  kind: 'person',
  grants: [{ id: `g${id}`, principalId: id, role, systemId: 'robodj', grantedById: null, startsAt: at(-1e9), endsAt }],
})
const confirmed = (list: string, contact: string, when: Date): ContactConfirmed => ({
  list,
  contact,
  reach: null,
  at: when,
  by: { id: 'x', name: 'X' },
})
const lists = (people: Candidate[], rows: ContactConfirmed[], now = T) => contactLists(policy, 'robodj', people, rows, now)

describe('contact lists (000.33)', () => {
  it('are fresh while anybody on them is confirmed within the list’s time, to the very instant', () => {
    const people = [person('a', 'management'), person('b', 'management')]
    const rows = [confirmed('management', 'a', T)]
    const fresh = (now: Date) => lists(people, rows, now).find(({ id }) => id === 'management')
    expect(fresh(T)).toMatchObject({ isFresh: true, freshUntil: at(8 * HOUR), sentence: 'Management: P a confirmed.' })
    expect([fresh(at(8 * HOUR - 1))?.isFresh, fresh(at(8 * HOUR))?.isFresh]).toEqual([true, false])
  })

  it('a confirmation of somebody who lost the role counts no more', () => {
    const rows = [confirmed('management', 'a', T)]
    const [, , management] = lists([person('a', 'management', at(-1))], rows)
    expect(management).toMatchObject({
      people: [],
      isFresh: false,
      sentence: 'Management: nobody holds the role, so nobody can be called.',
    })
  })

  it('a list that sets no time is confirmed once', () => {
    const open = { contacts: policy.contacts.map(({ confirmEvery: _, ...list }) => list) }
    const [, , management] = contactLists(open, 'robodj', [person('a', 'management')], [confirmed('management', 'a', at(-1e10))], T)
    expect(management).toMatchObject({ isFresh: true, freshUntil: null })
  })

  it('the gates that ask for it say which lists are missing (000.25)', () => {
    const people = [person('a', 'management'), person('b', 'secops'), person('c', 'incident_commander')]
    const rows = [confirmed('management', 'a', T), confirmed('secops-on-call', 'b', at(-9 * HOUR))]
    expect(contactGates(policy, lists(people, rows))).toMatchObject([
      {
        to: 'prod',
        isMet: false,
        missing: [
          expect.stringMatching(/^Incident commander: nobody is confirmed/),
          expect.stringMatching(/^SecOps on call: last confirmed/),
        ],
      },
    ])
  })
})
