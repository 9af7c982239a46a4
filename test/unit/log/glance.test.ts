import { describe, expect, it } from 'vitest'
import { glance, timeIn } from '@/lib/domain/log/verify/glance'
import { makeStory } from '../../support/trail-story'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('a glance at an event', () => {
  it('tells what parsing tells, of every event of a trail', () => {
    for (const text of makeStory(500).events) {
      const event = JSON.parse(text) as { action: string; text: string | null }
      expect(glance(bytes(text))).toEqual({ kind: event.action.split('.')[0], text: event.text })
    }
  })

  it('tells nothing of bytes in another form: those are read whole', () => {
    const [text] = makeStory(1).events as [string]
    for (const other of [
      '',
      '{',
      '{"action":"',
      '{"action":"x"}',
      text.replace('{', '{ '),
      text.replace('"v":1', '"v":2'),
      text.replace('session.', 'Session.'),
    ])
      expect(glance(bytes(other))).toBeNull()
  })
})

describe('the time in an event’s bytes', () => {
  it('is what parsing tells, whatever else looks like it', () => {
    for (const text of makeStory(100).events) expect(timeIn(bytes(text))).toBe((JSON.parse(text) as { at: string }).at)
    const told = (after: object) => ({ action: 'x.y', after, at: '2026-01-02T03:04:05.678Z', before: { at: '1999-01-01T00:00:00.000Z' } })
    for (const after of [{ at: '1998-01-01T00:00:00.000Z' }, { note: ',"at":"1997-01-01T00:00:00.000Z","before":' }])
      expect(timeIn(bytes(JSON.stringify(told(after))))).toBe('2026-01-02T03:04:05.678Z')
  })

  it('is none where there is none', () => {
    for (const text of ['', '{"action":"x.y","subject":{}}', '{"action":"x.y","at":"2026-99-99T99:99:99.999Z","before":null}'])
      expect(timeIn(bytes(text))).toBeNull()
  })
})
