import { render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hashInBrowser, SealedText, SealResult, WhileSealed } from '@/components/ceremony/sealed'
import { CeremonyFacts } from '@/components/promotion/ceremony-facts'
import { risksOf } from '@/components/promotion/ceremony-risks'
import { type Dossier, sealText } from '@/lib/domain/dossier'

const DOSSIER: Dossier = {
  v: 1,
  promotion: 'PRM-0142',
  number: 5,
  system: 'robodj',
  release: {
    version: '2.14.0-rc.3',
    gitSha: '8f3c1d7e'.padEnd(40, '0'),
    artefact: `robodj@sha256:${'a'.repeat(64)}`,
    buildDate: '2026-11-18T09:00:00.000Z',
    schemaBackwardCompatible: false,
    bundleApproved: true,
  },
  edge: { id: 'staging->prod', from: 'staging', to: 'prod' },
  policy: { version: 1, hash: 'b'.repeat(64) },
  baseline: { promotion: 'PRM-0138', version: '2.13.2', gitSha: '4b09e71'.padEnd(40, '0') },
  changes: [{ kind: 'security', summary: 'Key check at start – every start', reference: 'DJ-364' }],
  contributors: [{ principal: null, commits: 3 }],
  window: { startsAt: '2026-11-19T16:00:00.000Z', endsAt: '2026-11-19T16:30:00.000Z' },
  gates: [
    {
      id: 'drill',
      verdict: 'pass_with_exception',
      evidence: null,
      checklist: null,
      exception: 'EXC-0031',
      seenAt: '2026-11-19T09:05:00.000Z',
    },
  ],
  exceptions: [
    { id: 'EXC-0031', profile: 'prod', endsAt: '2026-11-21T18:00:00.000Z', sentence: 'LOG_LEVEL stays at debug until tracing is fixed.' },
  ],
  rollback: { rule: 'Go back to the release before.', snapshot: null, replaces: '2.13.2' },
  slots: [{ id: 'management', title: 'Management', roles: ['management'], last: false }],
}
const { canonical, hash } = sealText(DOSSIER)

function Sample({ text = canonical, of = hash }: { text?: string; of?: string }) {
  return (
    <SealedText canonical={text} hash={of}>
      <SealResult />
      <CeremonyFacts
        system="RoboDJ"
        gateTitles={{ drill: 'Rollback drill' }}
        also={{ newerLive: null, questions: 0 }}
        emergency={null}
        hash={of}
      />
      <WhileSealed>
        <button type="button">Sign</button>
      </WhileSealed>
    </SealedText>
  )
}

/** A WebCrypto digest of Node under jsdom, which has none of its own in every version. */
beforeEach(() => vi.stubGlobal('crypto', globalThis.crypto))
afterEach(() => vi.unstubAllGlobals())

describe('the browser computes the hash of what it shows (T32)', () => {
  it('offers the decision once it has computed the sealed hash, not before', async () => {
    render(<Sample />)
    expect(screen.queryByRole('button', { name: 'Sign' })).toBeNull()
    expect(await screen.findByRole('button', { name: 'Sign' })).toBeTruthy()
    expect(screen.getByText(/computed the same SHA-256/)).toBeTruthy()
  })

  it.each([
    ['a letter more in a change', canonical.replace('Key check', 'Key checks'), hash],
    ['another target', canonical.replace('"to":"prod"', '"to":"staging"'), hash],
    ['another hash', canonical, 'f'.repeat(64)],
  ])('refuses to offer it with %s', async (_, text, of) => {
    render(<Sample text={text} of={of} />)
    const alert = await screen.findByRole('alert')
    expect(alert.textContent).toContain('This page does not match the sealed dossier.')
    expect(alert.textContent).toContain('tell SecOps')
    expect(screen.queryByRole('button', { name: 'Sign' })).toBeNull()
    expect(screen.getByRole('button', { name: 'Reload' })).toBeTruthy()
  })

  it('offers nothing where the hash cannot be computed', async () => {
    vi.stubGlobal('crypto', { subtle: { digest: async () => Promise.reject(new Error('no')) } })
    render(<Sample />)
    await screen.findByRole('alert')
    expect(screen.queryByRole('button', { name: 'Sign' })).toBeNull()
  })

  it('agrees with the server on any text, with and without the browser’s own function', async () => {
    expect(await hashInBrowser(canonical)).toBe(hash)
    vi.stubGlobal('crypto', {})
    expect(await hashInBrowser(canonical)).toBe(hash)
  })

  it('draws the facts from the sealed bytes', () => {
    render(<Sample />)
    for (const words of [
      'RoboDJ 2.14.0-rc.3, staging to prod',
      '19 Nov 2026, 16:00–16:30 UTC',
      'Key check at start – every start',
      'Rollback drill',
      'Go back to the release before.',
    ])
      expect(screen.getByText(words, { exact: false })).toBeTruthy()
    expect(screen.getByText(/LOG_LEVEL stays at debug/)).toBeTruthy()
    expect(screen.getByText('not backward compatible')).toBeTruthy()
  })
})

describe('what is out of the ordinary', () => {
  it('says each, and nothing where nothing is', () => {
    const sentences = risksOf(DOSSIER, { newerLive: '2.15.0', questions: 2 }).map(({ sentence }) => sentence)
    expect(sentences[0]).toBe('2.14.0-rc.3 is older than 2.15.0, which runs on prod.')
    expect(sentences.join(' ')).toMatch(
      /schema is not backward compatible.*1 open exception.*1 gate passes by an exception.*1 change touches security.*2 questions were/,
    )
    const plain: Dossier = {
      ...DOSSIER,
      release: { ...DOSSIER.release, schemaBackwardCompatible: true },
      changes: [],
      exceptions: [],
      gates: [],
    }
    expect(risksOf(plain, { newerLive: null, questions: 0 })).toEqual([])
    expect(risksOf({ ...plain, baseline: null }, { newerLive: null, questions: 0 })).toHaveLength(1)
    const unsaid = { ...plain.release, schemaBackwardCompatible: null }
    expect(risksOf({ ...plain, release: unsaid }, { newerLive: null, questions: 0 })[0]?.sentence).toMatch(/^Nobody said/)
  })
})
