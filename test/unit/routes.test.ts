import { describe, expect, it } from 'vitest'
import { isCurrent, NAV, NAV_SYSTEMS, PHONE_TABS, routes } from '@/lib/routes'

describe('addresses', () => {
  it('escapes what comes from data and drops what is not set', () => {
    expect(routes.promotion('PRM-0142')).toBe('/promotions/PRM-0142')
    expect(routes.system('a/b')).toBe('/systems/a%2Fb')
    expect(routes.promotions({ view: 'table', system: undefined, state: '' })).toBe('/promotions?view=table')
    expect(routes.audit({ actor: 'a b', entry: '9' })).toBe('/audit?actor=a+b&entry=9')
    expect(routes.systemPolicy('x', { raw: true, version: 3 })).toBe('/systems/x/policy?raw=1&version=3')
    expect(routes.note('x', 'prod', '2.14.0')).toBe('/notes/x/prod/2.14.0')
  })

  it('knows the section of a page, and the inbox only for itself', () => {
    expect(isCurrent('/', '/')).toBe(true)
    expect(isCurrent('/', '/promotions')).toBe(false)
    expect(isCurrent('/promotions', '/promotions/PRM-1/sign')).toBe(true)
    expect(isCurrent('/promotions', '/promotionsx')).toBe(false)
  })

  it('has five tabs on a phone and no two keys alike', () => {
    expect(PHONE_TABS.map((tab) => tab.short ?? tab.label)).toEqual(['Inbox', 'Promote', 'Systems', 'Notes', 'More'])
    const letters = [...NAV, NAV_SYSTEMS].map((entry) => entry.letter)
    expect(new Set(letters).size).toBe(letters.length)
  })
})
