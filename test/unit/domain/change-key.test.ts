import { describe, expect, it } from 'vitest'
import { audible, type Changes, changeKeys, concernsPath, splitNews, touchesRights } from '@/lib/domain/change-key'

const PROMOTION: Changes = { keys: [['one', 'promotion', 'PRM-0001']] }
const SESSION: Changes = { keys: [['*', 'session', 's1']] }

describe('news of changes', () => {
  it('name each thing once, by system, kind and id', () => {
    const subject = { kind: 'promotion', id: 'PRM-0001' } as const
    expect(
      changeKeys([
        { action: 'promotion.opened', system: 'one', subject },
        { action: 'dossier.opened', system: 'one', subject },
        { action: 'session.opened', system: null, subject: { kind: 'session', id: 's1' } },
      ]),
    ).toEqual([
      ['one', 'promotion', 'PRM-0001'],
      ['*', 'session', 's1'],
    ])
  })

  it.each<[string, Changes, boolean]>([
    ['/', PROMOTION, true],
    ['/promotions/PRM-0001', PROMOTION, true],
    ['/systems', PROMOTION, true],
    ['/systems/one/releases', PROMOTION, true],
    ['/systems/two', PROMOTION, false],
    ['/', SESSION, false],
    ['/systems/one', SESSION, false],
    ['/audit', SESSION, true],
    ['/settings/profile', SESSION, true],
    ['/systems/two', 'everything', true],
  ])('%s is concerned as it should be', (path, changes, is) => {
    expect(concernsPath(changes, path)).toBe(is)
  })

  it('of another system do not concern a page that says which one it is about', () => {
    expect(concernsPath(PROMOTION, '/promotions/PRM-0002/sign', 'one')).toBe(true)
    expect(concernsPath(PROMOTION, '/promotions/PRM-0002/sign', 'two')).toBe(false)
    expect(concernsPath(PROMOTION, '/promotions/PRM-0002/sign')).toBe(true)
  })

  it('are told apart by whose act they are, and tell no session of another', () => {
    const heard = [
      ['one', 'promotion', 'PRM-0001', 's1'],
      ['one', 'promotion', 'PRM-0002', 's2'],
      ['one', 'evidence', 'e', null],
    ] as const
    expect(splitNews(heard, 's1')).toEqual({
      own: { keys: [['one', 'promotion', 'PRM-0001']] },
      others: {
        keys: [
          ['one', 'promotion', 'PRM-0002'],
          ['one', 'evidence', 'e'],
        ],
      },
    })
    expect(splitNews(heard.slice(2), null)).toEqual({ own: null, others: { keys: [['one', 'evidence', 'e']] } })
    expect(splitNews('everything', 's1')).toEqual({ own: null, others: 'everything' })
  })

  it('are heard by those who read the system, and of no system by those who read all (T23)', () => {
    const both: Changes = { keys: [...PROMOTION.keys, ...SESSION.keys] }
    expect(audible(both, ['one'])).toEqual(PROMOTION)
    expect(audible(both, null)).toEqual(both)
    expect(audible(both, ['two'])).toBeNull()
    expect(audible('everything', [])).toBe('everything')
  })

  it('have somebody looked at again when their session, their account or any grant changed (T08)', () => {
    const who = { principal: 'p1', session: 's1' }
    expect(touchesRights(SESSION, who)).toBe(true)
    expect(touchesRights({ keys: [['*', 'session', 's2']] }, who)).toBe(false)
    expect(touchesRights({ keys: [['*', 'principal', 'p1']] }, who)).toBe(true)
    expect(touchesRights({ keys: [['one', 'grant', 'g']] }, who)).toBe(true)
    expect(touchesRights(PROMOTION, who)).toBe(false)
    expect(touchesRights('everything', who)).toBe(true)
  })
})
