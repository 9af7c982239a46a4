import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Policy } from '../../../lib/domain/policy/schema'
import { compareReleases, isOlder, parseArtefact, whyNotArtefact, whyNotGitSha, whyNotRelease } from '../../../lib/domain/release'

const sha = '4f1c9ab22e7d40586a3f1c9d2b7e40586a3f1c9d'
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`
const now = new Date('2026-11-10T12:00:00Z')
const built = new Date('2026-11-09T12:00:00Z')
const rule = {
  immutable: true,
  accepts: ['digest', 'git-sha-tag'],
  mutableTags: ['latest', 'main'],
  text: 'x',
  assumed: true,
} as Policy['artefact']['reference']
// Only the part of a policy that these rules read.
const policy = { artefact: { kinds: [], reference: rule } } as unknown as Policy

describe('an artefact reference (002.25, 004.15)', () => {
  it.each([
    ['a digest', `ghcr.io/waxwatch/api@${digest}`, 'digest'],
    ['a label and a digest', `ghcr.io/waxwatch/api:1.4.2@${digest}`, 'digest'],
    ['latest and a digest', `ghcr.io/waxwatch/api:latest@${digest}`, 'digest'],
    ['a file and a digest', `RoboDJ-1.8.0.zip@${digest}`, 'digest'],
    ['a sha512 digest', `api@sha512:${'0123456789abcdef'.repeat(8)}`, 'digest'],
    ['the whole SHA as a tag', `registry.internal:5000/team/api:${sha}`, 'git-sha-tag'],
    ['a short SHA as a tag', `api:${sha.slice(0, 7)}`, 'git-sha-tag'],
    ['a version with a SHA', `api:1.4.2-g${sha.slice(0, 8)}`, 'git-sha-tag'],
    ['a date with a SHA', `api:20261109-${sha.slice(0, 12)}-linux`, 'git-sha-tag'],
  ])('with %s is immutable', (_, reference, immutable) => {
    expect(parseArtefact(reference, sha)?.immutable).toBe(immutable)
    expect(whyNotArtefact(reference, sha, rule)).toBeNull()
  })

  it.each([
    ['latest', 'ghcr.io/waxwatch/api:latest'],
    ['main', 'api:main'],
    ['a semantic tag', 'api:1.4.2'],
    ['a semantic tag with v', 'api:v1.4.2'],
    ['a branch', 'api:release-1.4'],
    ['another SHA', `api:${'9'.repeat(40)}`],
    ['a SHA that goes on differently', `api:${sha.slice(0, 7)}ff`],
    ['six digits of the SHA', `api:${sha.slice(0, 6)}`],
    ['nothing', 'ghcr.io/waxwatch/api'],
    ['a port only', 'registry.internal:5000/team/api'],
    ['a digest that is too short', 'api@sha256:0123'],
    ['blanks', `api latest@${digest}`],
    ['emptiness', ''],
  ])('with %s is refused', (_, reference) => {
    expect(whyNotArtefact(reference, sha, rule)).not.toBeNull()
  })

  it('is refused with a sentence that says what to do', () => {
    expect(whyNotArtefact('api:latest', sha, rule)?.sentence).toMatchInlineSnapshot(
      `"The tag latest moves with every build, so the artefact can later point to something else. Name it by its digest (name@sha256:...) or by a tag that contains the git SHA."`,
    )
    expect(whyNotArtefact('api:1.4.2', sha, rule)?.sentence).toContain('is a label that can be set again')
  })

  it('is refused when the policy does not accept its kind', () => {
    expect(whyNotArtefact(`api:${sha}`, sha, { ...rule, accepts: ['digest'] })).toMatchObject({ code: 'policy_forbids' })
    expect(whyNotArtefact(`api@${digest}`, sha, { ...rule, accepts: ['git-sha-tag'] })).toMatchObject({ code: 'policy_forbids' })
  })

  it('without digest is immutable only when its tag holds the SHA', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9.-]{1,30}$/), (tag) => {
        const artefact = parseArtefact(`api:${tag}`, sha)
        if (artefact?.immutable) expect(tag).toContain(sha.slice(0, 7))
      }),
    )
  })
})

describe('a git SHA', () => {
  it.each([sha, 'a'.repeat(64)])('%s is one', (text) => expect(whyNotGitSha(text)).toBeNull())
  it.each(['', 'main', sha.slice(0, 7), sha.toUpperCase(), `${sha}0`, `${sha.slice(0, 39)}g`])('%s is none', (text) => {
    expect(whyNotGitSha(text)).toMatchObject({ code: 'invalid', place: 'gitSha' })
  })
})

describe('a release', () => {
  const release = { version: '1.4.2', gitSha: sha, artefact: `api@${digest}`, buildDate: built }

  it('can be registered', () => expect(whyNotRelease(release, policy, now)).toBeNull())

  it('is refused with all that is wrong at once', () => {
    expect(
      whyNotRelease({ version: '1 4', gitSha: 'main', artefact: 'api:latest', buildDate: new Date('2027-01-01') }, policy, now)?.details,
    ).toHaveLength(4)
  })

  it.each([
    ['1.4.1', '1.4.2', -1],
    ['1.10.0', '1.9.0', 1],
    ['v1.4.2', '1.4.3', -1],
    ['1.4.2-rc.1', '1.4.2', -1],
    ['1.4.2-rc.2', '1.4.2-rc.10', -1],
  ])('%s against %s is ordered by SemVer, whatever the build dates', (a, b, order) => {
    expect(compareReleases({ version: a, buildDate: now }, { version: b, buildDate: built })).toBe(order)
    expect(compareReleases({ version: a, buildDate: built }, { version: b, buildDate: now })).toBe(order)
  })

  it.each([
    ['2026.11.09-b', '1.4.2'],
    ['1.4.2+a', '1.4.2+b'],
    ['nightly', 'weekly'],
  ])('%s against %s is ordered by build date', (a, b) => {
    expect(compareReleases({ version: a, buildDate: built }, { version: b, buildDate: now })).toBe(-1)
    expect(compareReleases({ version: a, buildDate: now }, { version: b, buildDate: built })).toBe(1)
    expect(isOlder({ version: a, buildDate: built }, { version: b, buildDate: now })).toBe(true)
  })
})
