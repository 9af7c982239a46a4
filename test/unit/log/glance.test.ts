import { describe, expect, it } from 'vitest'
import { glance } from '@/lib/domain/log/verify/glance'
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
