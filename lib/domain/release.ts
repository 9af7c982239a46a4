import semver from 'semver'
import type { Policy } from './policy/schema'
import { type Refusal, refuse } from './refusal'

/** How a release's artefact is named, read from its reference. `immutable` is null when the reference may later point elsewhere. */
export type Artefact = {
  name: string
  tag: string | null
  /** `sha256:` or `sha512:` and the hex digits. */
  digest: string | null
  immutable: 'digest' | 'git-sha-tag' | null
}

/** What registering a release says of it, as far as rules of the domain judge it. */
export type ReleaseInput = { version: string; gitSha: string; artefact: string; buildDate: Date }

const GIT_SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
const REFERENCE = /^([^\s@]{1,400})(?:@(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}))?$/
const TAGGED = /^(.*[^:/]):([A-Za-z0-9_][A-Za-z0-9_.+-]{0,127})$/
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/

/** Digits of the git SHA a tag has to hold; git's own short form. */
const SHORTEST_SHA = 7

/** How far a build's clock may be ahead of ours, in milliseconds. */
const CLOCK_SKEW_MS = 5 * 60_000

/** Why a text is not a git SHA: only the whole one (40 or 64 hex digits) names one commit for good. */
export function whyNotGitSha(gitSha: string): Refusal | null {
  if (GIT_SHA.test(gitSha)) return null
  return refuse('invalid', 'The git SHA has to be whole: 40 (or 64) lower-case hexadecimal digits, as `git rev-parse HEAD` prints it.', {
    place: 'gitSha',
  })
}

/**
 * Reads an artefact reference (`name`, `name:tag`, each with or without `@sha256:...`); null when it is none. A digest makes it immutable,
 * and so does a tag that holds at least seven digits of the git SHA; semantic tags are labels (002.25, 004.15).
 */
export function parseArtefact(reference: string, gitSha: string): Artefact | null {
  const [, named, digest = null] = REFERENCE.exec(reference) ?? []
  if (named === undefined) return null
  const [, name = named, tag = null] = TAGGED.exec(named) ?? []
  const holdsSha = tag !== null && tagHoldsSha(tag, gitSha)
  return { name, tag, digest, immutable: digest !== null ? 'digest' : holdsSha ? 'git-sha-tag' : null }
}

/** The run of hex digits that begins like the SHA must go on like it: "4f1c9abff" names another commit than 4f1c9ab22. */
function tagHoldsSha(tag: string, gitSha: string): boolean {
  if (!GIT_SHA.test(gitSha)) return false
  const lower = tag.toLowerCase()
  const begin = gitSha.slice(0, SHORTEST_SHA)
  for (let at = lower.indexOf(begin); at >= 0; at = lower.indexOf(begin, at + 1)) {
    const run = /^[0-9a-f]+/.exec(lower.slice(at))?.[0] ?? ''
    if (gitSha.startsWith(run)) return true
  }
  return false
}

/**
 * Why an artefact reference cannot stand for a release (002.25, 004.15): it can later point to something else, or the policy does not accept
 * its kind. `rule` is the policy's `artefact.reference`.
 */
export function whyNotArtefact(reference: string, gitSha: string, rule?: Policy['artefact']['reference']): Refusal | null {
  const place = { place: 'artefact' }
  const artefact = parseArtefact(reference, gitSha)
  if (!artefact)
    return refuse('invalid', 'The artefact has to be a reference such as name@sha256:<64 hex digits> or name:tag, without blanks.', place)
  const how = 'Name it by its digest (name@sha256:...) or by a tag that contains the git SHA.'
  if (artefact.immutable === null) {
    if (artefact.tag === null)
      return refuse(
        'policy_forbids',
        `The artefact ${artefact.name} has no digest and no tag, so it can later point to something else. ${how}`,
        place,
      )
    const mutable = rule?.mutableTags.includes(artefact.tag) || artefact.tag === 'latest'
    const why = mutable
      ? 'moves with every build'
      : semver.valid(artefact.tag)
        ? 'is a label that can be set again'
        : 'does not contain the git SHA and can be set again'
    return refuse('policy_forbids', `The tag ${artefact.tag} ${why}, so the artefact can later point to something else. ${how}`, place)
  }
  if (rule && !rule.accepts.includes(artefact.immutable)) {
    const wanted = rule.accepts
      .map((kind) => (kind === 'digest' ? 'by its digest (name@sha256:...)' : 'by a tag that contains the git SHA'))
      .join(' or ')
    return refuse('policy_forbids', `The policy wants the artefact named ${wanted}.`, place)
  }
  return null
}

/** Why a release cannot be registered under a policy at an instant; every problem is a sentence in `details`. */
export function whyNotRelease(input: ReleaseInput, policy: Policy, now: Date): Refusal | null {
  const found = [
    whyNotVersion(input.version),
    whyNotGitSha(input.gitSha),
    whyNotArtefact(input.artefact, input.gitSha, policy.artefact.reference),
    whyNotBuildDate(input.buildDate, now),
  ].filter((refusal) => refusal !== null)
  const [first] = found
  return first && found.length > 1 ? { ...first, details: found.map((refusal) => refusal.sentence) } : (first ?? null)
}

function whyNotVersion(version: string): Refusal | null {
  if (VERSION.test(version)) return null
  return refuse('invalid', 'The version has to be 1 to 128 letters, digits and . _ + - and begin with a letter or digit.', {
    place: 'version',
  })
}

function whyNotBuildDate(buildDate: Date, now: Date): Refusal | null {
  if (Number.isNaN(buildDate.getTime())) return refuse('invalid', 'The build date is not a date.', { place: 'buildDate' })
  if (buildDate.getTime() > now.getTime() + CLOCK_SKEW_MS)
    return refuse('invalid', 'The build date lies in the future.', { place: 'buildDate' })
  return null
}

/** What orders a release among the others of its system. */
export type ReleaseOrder = { version: string; buildDate: Date }

/**
 * Orders two releases: by SemVer where both are (also with a leading v), else by build date; negative when `a` is ordered before `b`.
 * Equal SemVer precedence (build metadata) falls to the build date. Mixed with versions that are none, this is no total order:
 * compare pairs with it, as superseding does, rather than sorting a list.
 */
export function compareReleases(a: ReleaseOrder, b: ReleaseOrder): number {
  const first = semver.parse(a.version)
  const second = semver.parse(b.version)
  const bySemver = first && second ? semver.compare(first, second) : 0
  return bySemver !== 0 ? bySemver : Math.sign(a.buildDate.getTime() - b.buildDate.getTime())
}

/** Whether `candidate` is ordered before what runs: approving or deploying it goes back, and needs an explicit confirmation. */
export function isOlder(candidate: ReleaseOrder, running: ReleaseOrder): boolean {
  return compareReleases(candidate, running) < 0
}
