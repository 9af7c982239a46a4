import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readSettings, SettingsRefused, settingsTable } from '@/lib/env'

const example = readFileSync(`${import.meta.dirname}/../../.env.example`, 'utf8')
const good = {
  APP_ORIGIN: 'http://localhost:3000',
  NEXTAUTH_URL: 'http://localhost:3000',
  NEXTAUTH_SECRET: 'made-up-for-this-test-and-long-enough',
  DATABASE_URL: 'postgresql://countersign_app:made-up@localhost:5432/countersign',
}

function problemsOf(env: Record<string, string | undefined>) {
  try {
    readSettings(env)
  } catch (error) {
    if (error instanceof SettingsRefused) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('settings', () => {
  it('what npm start computes is enough, the rest has defaults', () => {
    expect(readSettings(good)).toMatchObject({ COUNTERSIGN_ENV: 'local', PORT: 3000, DATABASE_POOL_SIZE: 10, LOG_LEVEL: 'info' })
    expect(readSettings({ ...good, GIT_SHA: '', PORT: '', TRUSTED_PROXY: '' })).toMatchObject({ PORT: 3000, GIT_SHA: undefined })
    expect(readSettings({ ...good, PORT: '8080' }).PORT).toBe(8080)
  })

  it('all problems are told at once, each with variable, rule and example', () => {
    const { problems } = problemsOf({
      ...good,
      PORT: 'http',
      APP_ORIGIN: 'http://localhost:3000/',
      LOG_LEVEL: 'loud',
      DATABASE_URL: undefined,
    })
    expect(problems.map(({ name }) => name)).toEqual(['PORT', 'APP_ORIGIN', 'DATABASE_URL', 'LOG_LEVEL'])
    for (const { rule, example: shown } of problems) expect(rule && shown).toBeTruthy()
    expect(problems.find(({ name }) => name === 'DATABASE_URL')?.rule).toBe('is not set')
  })

  it('no value is ever shown (T18)', () => {
    const marked = Object.fromEntries(Object.keys(settingsTable).map((name) => [name, 'Zq7-marker!/']))
    const error = problemsOf(marked)
    const anyText = ['COUNTERSIGN_STATE', 'LOG_ORIGIN', 'LOG_KEY_FILE', 'LOG_GUARD_FILE', 'LOG_ANCHOR_FILE'] // a folder may be called anything
    expect(error.problems.map(({ name }) => name)).toEqual(Object.keys(settingsTable).filter((name) => !anyText.includes(name)))
    expect(`${error.message}${JSON.stringify(error.problems)}${error.stack}`).not.toContain('Zq7-marker')
  })

  it('production refuses demo data and plain http, except on this machine (002.33)', () => {
    const production = { ...good, COUNTERSIGN_ENV: 'production' }
    expect(readSettings(production).COUNTERSIGN_ENV).toBe('production')
    expect(problemsOf({ ...production, COUNTERSIGN_DEMO: 'load' }).problems.map(({ name }) => name)).toEqual(['COUNTERSIGN_DEMO'])
    expect(problemsOf({ ...production, COUNTERSIGN_BENCH: 'yes' }).problems.map(({ name }) => name)).toEqual(['COUNTERSIGN_BENCH'])
    const plain = { APP_ORIGIN: 'http://countersign.example.org', NEXTAUTH_URL: 'http://countersign.example.org' }
    expect(problemsOf({ ...production, ...plain }).problems.map(({ name }) => name)).toEqual(['APP_ORIGIN'])
  })

  it('sign-in cannot return to another address than the application has', () => {
    expect(problemsOf({ ...good, NEXTAUTH_URL: 'http://localhost:3001' }).problems.map(({ name }) => name)).toEqual(['NEXTAUTH_URL'])
  })

  it.each(Object.entries(settingsTable))('the example of %s passes its own rule', (_, { schema, example: shown }) => {
    expect(schema.safeParse(shown).success).toBe(true)
  })
})

describe('.env.example', () => {
  it('documents every setting and nothing else, in the same order', () => {
    const documented = [...example.matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name)
    expect(documented).toEqual(Object.keys(settingsTable))
  })

  it.each(Object.entries(settingsTable))('says of %s what the settings say of it', (name, { about, example: shown }) => {
    const paragraph = example.split('\n\n').find((part) => new RegExp(`^(# )?${name}=`, 'm').test(part))
    expect(paragraph).toContain(`# ${about}\n`)
    expect(paragraph).toContain(`${name}=${shown}`)
  })

  it('is a valid environment once the computed settings are added', () => {
    expect(() => readSettings({ ...parseEnv(example), ...good })).not.toThrow()
  })
})
