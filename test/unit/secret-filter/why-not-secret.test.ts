import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { whyNotSecret, whyNotSecretFile, whyNotSecretQuery } from '../../../lib/secret-filter/why-not-secret'
import { drawFrom, SECRETS, WRAPPINGS } from './samples'

const token = `ghp_${drawFrom(1).text(36)}`
const RUNS = Math.max(100, Math.floor(200 * Number(process.env.TEST_SCALE ?? 1)))

describe('an input with a secret in it', () => {
  it('is refused with the place and the kind, as a sentence', () => {
    expect(whyNotSecret({ evidence: { notes: ['fine', `used ${token}`] } })).toMatchInlineSnapshot(`
      {
        "code": "secret_refused",
        "place": "evidence.notes[1]",
        "sentence": "This looks like it holds a GitHub token (evidence.notes[1]). Nothing was stored. Take the value out and name the key instead; if it is real, rotate it.",
      }
    `)
  })

  it('is refused when the secret is the name of a field', () => {
    expect(whyNotSecret({ details: { [token]: 1 } })).toMatchObject({ code: 'secret_refused', place: 'the name of a field in details' })
  })

  it('is refused when only the name of the field gives it away', () => {
    expect(whyNotSecret({ env: { DISCOGS_TOKEN: drawFrom(2).text(20) } })).toMatchObject({ place: 'env.DISCOGS_TOKEN' })
    expect(whyNotSecret({ env: { DISCOGS_TOKEN: `hmac-sha256:k1:${drawFrom(2).text(64, '0123456789abcdef')}` } })).toBeNull()
    expect(whyNotSecret({ env: { ROBODJ_SECRET_KEY: 'dgn-dj/prod/ROBODJ_SECRET_KEY' } })).toBeNull()
  })

  it('passes in a field that is meant to carry one', () => {
    const input = { email: 'ana@example.com', password: `PASSWORD=${drawFrom(3).text(12)}` }
    expect(whyNotSecret(input)).not.toBeNull()
    expect(whyNotSecret(input, { except: ['password'] })).toBeNull()
  })

  it('is refused for a random value where a name belongs', () => {
    const input = { gates: [{ title: drawFrom(4).text(32) }] }
    expect(whyNotSecret(input)).toBeNull()
    expect(whyNotSecret(input, { names: ['gates.*.title'] })).toMatchObject({ place: 'gates[0].title' })
  })

  it('is refused in forms, file names, queries and files', () => {
    const form = new FormData()
    form.set('note', token)
    expect(whyNotSecret(form)).toMatchObject({ place: 'note' })
    form.set('note', new File(['x'], `${token}.txt`))
    expect(whyNotSecret(form)).toMatchObject({ place: 'note.file name' })
    expect(whyNotSecretQuery(`?q=${token}`)).toMatchObject({ place: 'query, q' })
    expect(whyNotSecretQuery(`?${token}=1`)?.place).toBe('the name of a field (query)')
    expect(whyNotSecretQuery('?actor=ana&from=2026-11-05&cursor=eyJpZCI6IlBSTS0wMTQyIn0')).toBeNull()
    expect(whyNotSecretFile('notes.md', `# Notes\n\n${token}\n`)).toMatchObject({ place: 'file, line 3' })
    expect(whyNotSecretFile(`${token}.md`, '')).toMatchObject({ place: 'the file name' })
  })

  it('is refused rather than skipped when nested too deeply', () => {
    let deep: unknown = token
    for (let level = 0; level < 40; level += 1) deep = { deep }
    expect(whyNotSecret(deep)).toMatchObject({ code: 'invalid' })
  })

  it('never has its value in the sentence or the place, wherever it stood', () => {
    const makers = Object.values(SECRETS)
    const wraps = Object.values(WRAPPINGS)
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(makers.length - 1),
        fc.nat(wraps.length - 1),
        fc.string(),
        fc.boolean(),
        (seed, which, how, key, asKey) => {
          const text = wraps[how]?.(makers[which]?.(drawFrom(seed)) ?? '') ?? ''
          const refusal = whyNotSecret(asKey ? { [key]: { [text]: 1 } } : { [key]: [text] })
          if (refusal === null) throw new Error('not refused')
          const said = JSON.stringify(refusal)
          expect(said).not.toContain(text)
          // No run of eight characters of the value either, apart from words of the sentence itself.
          const runs = text.match(/[A-Za-z0-9]{12,}/g) ?? []
          for (const run of runs) expect(said).not.toContain(run)
        },
      ),
      { numRuns: RUNS },
    )
  })
})
