import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { segregationReport } from '@/lib/domain/auditor/segregation'
import { type SignedRule, signedRules } from '@/lib/domain/auditor/signed-rules'
import type { Grant } from '@/lib/domain/context'
import { PolicySchema } from '@/lib/domain/policy/schema'
import type { Role } from '@/lib/domain/roles'

const AT = new Date('2026-11-01T12:00:00Z')

const grant = (who: string, role: Role, more: Partial<Grant> = {}): Grant => ({
  id: `${who} ${role}`,
  principalId: who,
  role,
  systemId: null,
  grantedById: 'boss',
  startsAt: new Date('2026-01-01T00:00:00Z'),
  endsAt: null,
  ...more,
})
const person = (name: string, ...grants: Grant[]) => ({ id: name, name, kind: 'person' as const, grants })

const rule: SignedRule = {
  subject: 'promotion',
  rule: 'a-to-b',
  title: 'promotions from A to B',
  openers: ['engineer', 'release_manager'],
  slots: [
    { key: 'rm', title: 'Release Manager', roles: ['release_manager'], last: false },
    { key: 'so', title: 'SecOps', roles: ['secops'], last: true },
  ],
}
const report = (...people: ReturnType<typeof person>[]) =>
  segregationReport({ system: { id: 'one', name: 'One' }, rules: [rule], people, software: [] }, AT)
const kinds = (...people: ReturnType<typeof person>[]) => report(...people).conflicts.map(({ kind, severity }) => `${severity} ${kind}`)

describe('the segregation report', () => {
  it('names who could sign, by the grants of that instant and of that system', () => {
    const { rules } = report(
      person('Ines', grant('Ines', 'release_manager')),
      person('Noor', grant('Noor', 'release_manager', { systemId: 'other' })),
      person('Late', grant('Late', 'secops', { startsAt: new Date('2026-11-02T00:00:00Z') })),
      person('Gone', grant('Gone', 'secops', { endsAt: AT })),
      person('Priya', grant('Priya', 'secops', { endsAt: new Date('2026-12-01T00:00:00Z') })),
    )
    expect(rules[0]?.slots.map(({ title, fillers }) => [title, fillers.map(({ name }) => name)])).toEqual([
      ['Release Manager', ['Ines']],
      ['SecOps', ['Priya']],
    ])
  })

  it('says where nobody could sign, and where it hangs on one person', () => {
    expect(kinds(person('Ines', grant('Ines', 'release_manager')))).toContain('fail nobody')
    expect(kinds(person('Ines', grant('Ines', 'release_manager')), person('Priya', grant('Priya', 'secops')))).toEqual([
      'warn one_person',
      'warn one_person',
      'note requests_and_signs',
    ])
  })

  it('says where one person would have to fill both slots', () => {
    expect(kinds(person('Ines', grant('Ines', 'release_manager'), grant('Ines', 'secops')))).toContain('fail gap')
  })

  it('shows a role somebody gave themselves as one that signs nothing (T03)', () => {
    const both = report(
      person('Ada', grant('Ada', 'admin'), grant('Ada', 'secops', { grantedById: 'Ada' })),
      person('Ines', grant('Ines', 'release_manager')),
    )
    expect(both.rules[0]?.slots[1]).toMatchObject({ fillers: [], barred: [{ name: 'Ada', why: 'granted themselves the role' }] })
    expect(both.conflicts.map(({ kind }) => kind)).toContain('self_granted')
  })

  it('shows an admin who signs, and software that acts for somebody who signs', () => {
    const people = [person('Ines', grant('Ines', 'release_manager'), grant('Ines', 'admin')), person('Priya', grant('Priya', 'secops'))]
    const software = [
      { name: 'Robot', kind: 'agent' as const, countsAs: { id: 'Priya', name: 'Priya' } },
      { name: 'Pipe', kind: 'token' as const, countsAs: { id: 'nobody', name: 'Nobody' } },
    ]
    const { conflicts } = segregationReport({ system: { id: 'one', name: 'One' }, rules: [rule], people, software }, AT)
    expect(conflicts.filter(({ kind }) => kind === 'admin_signs').map(({ who }) => who)).toEqual(['Ines'])
    expect(conflicts.filter(({ kind }) => kind === 'software').map(({ who }) => who)).toEqual(['Robot'])
  })

  it('reads the rules of every policy: no rule without a slot, no title twice', () => {
    for (const slug of ['robodj', 'waxwatch', 'stack', 'dreichor']) {
      const rules = signedRules(PolicySchema.parse(parse(readFileSync(`policies/${slug}.yaml`, 'utf8'))))
      expect(rules.length).toBeGreaterThan(3)
      expect(rules.filter(({ slots, openers }) => slots.length === 0 || openers.length === 0)).toEqual([])
      expect(rules.map(({ title }) => title).filter((title, i, all) => all.indexOf(title) !== i)).toEqual([])
    }
  })
})
