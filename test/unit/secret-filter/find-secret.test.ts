import { lintSource } from '@secretlint/core'
import { creator } from '@secretlint/secretlint-rule-preset-recommend'
import { describe, expect, it } from 'vitest'
import { findSecret, findSecretInFile } from '../../../lib/secret-filter/find-secret'
import { findByPreset, LEFT_OUT } from '../../../lib/secret-filter/preset'
import { drawFrom, lookAlikes, SECRETS, WRAPPINGS } from './samples'

const ROUNDS = Math.max(3, 10 * Number(process.env.TEST_SCALE ?? 1))

describe('the secret filter finds (T18)', () => {
  it('at least forty formats', () => {
    expect(Object.keys(SECRETS).length).toBeGreaterThanOrEqual(40)
  })

  describe.each(Object.entries(SECRETS))('%s', (name, make) => {
    it.each(Object.entries(WRAPPINGS))('in %s', (_, wrap) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const text = wrap(make(drawFrom(round * 7919 + name.length)))
        expect(findSecret(text), text).not.toBeNull()
      }
    })
  })

  it('full-width letters and invisible characters do not hide a token', () => {
    const token = `ghp_${drawFrom(5).text(36)}`
    const wide = [...token].map((char) => (/[a-z0-9]/i.test(char) ? String.fromCharCode(char.charCodeAt(0) + 0xfee0) : char)).join('')
    expect(findSecret(wide)).not.toBeNull()
    expect(findSecret([...token].join('\u200b'))).not.toBeNull()
  })

  it('a secret behind a comment that would switch the library off', () => {
    expect(findByPreset(`secretlint-disable\n${SECRETS['GitHub token']?.(drawFrom(1))}`)).not.toBeNull()
  })

  it('a secret across the edge of a window of a large text', () => {
    const token = SECRETS['GitHub token']?.(drawFrom(2)) ?? ''
    for (const before of [32_750, 28_660, 65_000]) {
      expect(findSecret(`${'word '.repeat(before / 5)}${token} ${'word '.repeat(9_000)}`), String(before)).not.toBeNull()
    }
  })

  it('the line of a file', () => {
    const token = SECRETS['npm token']?.(drawFrom(3)) ?? ''
    expect(findSecretInFile(`a\nb\n//registry/:_authToken=${token}\n`)).toMatchObject({ place: 'line 3' })
    expect(findSecretInFile('a\nb\n')).toBeNull()
  })
})

describe('the secret filter leaves alone', () => {
  const harmless = lookAlikes(drawFrom(42))

  it('at least two hundred look-alikes', () => {
    expect(new Set(harmless).size).toBeGreaterThanOrEqual(200)
  })

  it.each(harmless)('%s', (text) => {
    expect(findSecret(text)).toBeNull()
  })

  it('the same ones quoted, in JSON and URL-encoded', () => {
    const wrapped = harmless.flatMap((text) => [
      `"${text}"`,
      JSON.stringify({ note: text }),
      `https://ci.internal/?note=${encodeURIComponent(text)}`,
    ])
    expect(wrapped.filter((text) => findSecret(text) !== null)).toEqual([])
  })

  it('names, ids and digests where names belong, but no random value', () => {
    const names = [
      'RoboDJ',
      'Production approver',
      'config-validation',
      sha(),
      'ROBODJ_SECRET_KEY',
      'PRE_RELEASE_CHECKLIST.md',
      'runtime secret preflight (env-only)',
    ]
    expect(names.filter((name) => findSecret(name, 'name') !== null)).toEqual([])
    expect(findSecret(drawFrom(9).text(32), 'name')).not.toBeNull()
    expect(findSecret(drawFrom(9).text(32), 'text')).toBeNull()
  })
})

const sha = () => drawFrom(11).text(40, '0123456789abcdef')

describe('the preset driven directly', () => {
  it('finds what the library finds through its own core', async () => {
    expect(creator.rules.filter(({ meta }) => LEFT_OUT.test(meta.id))).toHaveLength(4)
    for (const [name, make] of Object.entries(SECRETS)) {
      const content = make(drawFrom(name.length))
      const { messages } = await lintSource({
        source: { content, filePath: '', ext: '.txt', contentType: 'text' },
        options: { config: { rules: [{ id: creator.meta.id, rule: creator, rules: [] }] }, noPhysicFilePath: true },
      })
      expect(findByPreset(content) !== null, name).toBe(messages.some(({ ruleId }) => !LEFT_OUT.test(ruleId)))
    }
  })
})
