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
      found: 'fail',
    },
  ],
  exceptions: [
    {
      id: 'EXC-0031',
      profile: 'prod',
      rule: 'variable.LOG_LEVEL',
      startsAt: '2026-11-19T18:00:00.000Z',
      endsAt: '2026-11-21T18:00:00.000Z',
      owner: 'jonah',
      reason: '1'.repeat(64),
      remediation: '2'.repeat(64),
      sentence: 'LOG_LEVEL is debug; the policy says info.',
      expired: false,
    },
  ],
  rollback: { rule: 'Go back to the release before.', snapshot: null, replaces: '2.13.2' },
  slots: [{ id: 'management', title: 'Management', roles: ['management'], last: false }],
  drift: [
    {
      id: 'FND-0007',
      profile: 'staging',
      rule: 'runtime.launchPath',
      kind: 'drift',
      severity: 'warn',
      sentence: 'Launch path is `python`.',
    },
  ],
}
const WORDS = {
  names: { jonah: 'Jonah Weiss' },
  texts: { ['1'.repeat(64)]: 'Tracing is being mended', ['2'.repeat(64)]: 'Set LOG_LEVEL back to info and restart' },
}
const { canonical, hash } = sealText(DOSSIER)

function Sample({ text = canonical, of = hash, closed = [] }: { text?: string; of?: string; closed?: string[] }) {
  return (
    <SealedText canonical={text} hash={of}>
      <SealResult />
      <CeremonyFacts
        system="RoboDJ"
        gateTitles={{ drill: 'Rollback drill' }}
        also={{ newerLive: null, questions: 0 }}
        emergency={null}
        exceptions={{ words: WORDS, closed }}
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
    expect(screen.getByText('not backward compatible')).toBeTruthy()
  })

  it('prints each accepted exception in full: the four fields, with the owner’s name and the fix (000.32), and a link', () => {
    const { container, unmount } = render(<Sample />)
    expect(container.querySelector('blockquote')?.textContent).toMatch(
      /^EXC-0031 on prod\. LOG_LEVEL is debug; the policy says info\. From 19 Nov 2026, 18:00 UTC; owner Jonah Weiss; expected 2 days, until 21 Nov 2026, 18:00 UTC\. Tracing is being mended\. Remediation: Set LOG_LEVEL back to info and restart\./,
    )
    expect(screen.getByRole('link', { name: 'Open EXC-0031' }).getAttribute('href')).toBe('/exceptions/EXC-0031')
    expect(screen.getByText(/covered by EXC-0031; it failed/)).toBeTruthy()
    unmount()
    render(<Sample closed={['EXC-0031']} />)
    expect(screen.getByText('Closed since it was sealed.')).toBeTruthy()
  })

  it('lists drift that nothing covered when it was sealed', () => {
    render(<Sample />)
    expect(screen.getByRole('heading', { name: 'Open drift' })).toBeTruthy()
    expect(document.body.textContent).toContain('FND-0007 on staging: Launch path is python.')
  })
})

describe('what is out of the ordinary', () => {
  it('says each, and nothing where nothing is', () => {
    const sentences = risksOf(DOSSIER, { newerLive: '2.15.0', questions: 2 }).map(({ sentence }) => sentence)
    expect(sentences[0]).toBe('2.14.0-rc.3 is older than 2.15.0, which runs on prod.')
    expect(sentences.join(' ')).toMatch(
      /schema is not backward compatible.*1 open exception.*1 gate passes by an exception.*1 covered gate has failed.*1 lesser deviation is not covered.*1 change touches security.*2 questions were/,
    )
    const plain: Dossier = {
      ...DOSSIER,
      release: { ...DOSSIER.release, schemaBackwardCompatible: true },
      changes: [],
      exceptions: [],
      gates: [],
      drift: undefined,
    }
    const grave: Dossier = {
      ...plain,
      exceptions: DOSSIER.exceptions.map((exception) => ({ ...exception, expired: true })),
      drift: DOSSIER.drift?.map((finding) => ({ ...finding, severity: 'block' })),
      spentBudget: { days: 30, spent: 30, within: 'P90D' },
    }
    expect(risksOf(grave, { newerLive: null, questions: 0 }).map(({ status, sentence }) => `${status}: ${sentence}`)).toEqual([
      'open-drift: 1 deviation is open drift that nothing covers.',
      'fail: 1 exception is past the end and not closed.',
      'warn: The budget of 30 days of open exceptions is spent.',
      'drift: You accept 1 open exception.',
    ])
    expect(risksOf(plain, { newerLive: null, questions: 0 })).toEqual([])
    expect(risksOf({ ...plain, baseline: null }, { newerLive: null, questions: 0 })).toHaveLength(1)
    const unsaid = { ...plain.release, schemaBackwardCompatible: null }
    expect(risksOf({ ...plain, release: unsaid }, { newerLive: null, questions: 0 })[0]?.sentence).toMatch(/^Nobody said/)
  })
})
