import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ABILITIES } from './policy/requirements-abilities'

// Where each promise of the domain is proven. A test that is renamed or lost takes its line here with it, so that no promise is left without one.

const ROOT = `${import.meta.dirname}/..`
const files = new Map(
  readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.(test|spec)\.tsx?$/.test(path) && path !== 'unit/invariants.test.ts')
    .map((path) => [path, readFileSync(`${ROOT}/${path}`, 'utf8')]),
)
const cited = (pattern: RegExp, among: (path: string) => boolean = () => true) =>
  new Set([...files].filter(([path]) => among(path)).flatMap(([, text]) => text.match(pattern) ?? []))

const MODEL = 'integration/usecases/promotion/promotion-model.test.ts'
const RACES = 'integration/usecases/promotion/races.test.ts'
const VALIDITY = 'integration/usecases/promotion/validity.test.ts'
const ROTATION_RACES = 'integration/usecases/rotation/races.test.ts'
const ROTATION_WALK = 'integration/usecases/rotation/rotation-walk.test.ts'
const FALLBACK_MODEL = 'integration/usecases/fallback/fallback-model.test.ts'
const FALLBACK_RACES = 'integration/usecases/fallback/races.test.ts'
const EXCEPTION_RACES = 'integration/usecases/exception/races.test.ts'
const WALK = 'a refusal leaves no trace, a change is on the record, and what always holds does'

/** What always holds (domain.md), by number: the tests that prove it, by file and words of their titles. */
const PROOFS: Record<string, [file: string, title: string][]> = {
  '1 policy is data': [['integration/usecases/policy/apply-policy.test.ts', 'the rows of %s say what the document says and nothing else']],
  '2 facts are kept, verdicts are computed': [
    ['unit/domain/verdict.test.ts', 'is GO exactly when a start would be authorised'],
    ['unit/domain/gate.test.ts', 'judging has no memory'],
    [MODEL, WALK],
  ],
  '3 a change and its event are one transaction': [
    ['integration/db/trail.test.ts', 'without the right to append, nothing changes'],
    [MODEL, WALK],
  ],
  '4 what you see is what you sign': [
    ['unit/domain/dossier.test.ts', 'exactly the material ones are named'],
    [VALIDITY, 'a failure that is mended leaves the version void all the same'],
    [VALIDITY, 'an approved promotion stops being approved for as long as its evidence is old'],
    ['integration/usecases/promotion/sign-promotion.test.ts', 'names the version that was read'],
  ],
  '5 fail closed': [
    ['unit/domain/gate.test.ts', 'a checklist fails closed'],
    ['unit/domain/verdict.test.ts', 'an unknown profile counts as production'],
  ],
  '6 no secret value enters': [['integration/http/respond.test.ts', 'what looks like a secret is refused wherever it stands']],
  '7 separation of duties': [
    ['unit/domain/approval.test.ts', 'no order of attempts gives a slot two signatures'],
    ['integration/usecases/promotion/sign-promotion.test.ts', 'the database itself refuses the requester'],
    [ROTATION_WALK, 'never completes without its approval, checklist, verification and other owner'],
    [FALLBACK_MODEL, 'ends a production fallback without its clean-up, lets one person do it all, or closes its incident over a debt'],
    ['integration/usecases/fallback/life-cycle.test.ts', 'owes a review, and is extended only by a second person'],
    [
      'integration/usecases/exception/life-cycle.test.ts',
      'is not its filer’s, its owner’s, nor that of the maker of the token that filed it',
    ],
    ['unit/domain/exception-tier.test.ts', 'no chain of extensions comes to a lesser tier'],
    [MODEL, WALK],
  ],
  '8 time is an argument': [
    ['unit/domain/gate.test.ts', 'time alone takes away and gives nothing back'],
    [VALIDITY, 'makes the version expire, a verdict'],
    [FALLBACK_MODEL, 'is judged the same by the facts, the lists, the state a runtime asks for'],
    [
      'unit/domain/exception-tier.test.ts',
      'by no reader: the one question, the covering one, the findings, and the terms that were approved',
    ],
  ],
  '9 concurrent deciders cannot both win': [
    [RACES, 'two people for the last slot'],
    [RACES, 'a decline racing a signature in the same slot'],
    [RACES, 'withdrawn while the last slot is signed'],
    [RACES, 'ends while they sign: no signature comes after the end'],
    [RACES, 'a token is revoked while it records'],
    ['integration/usecases/promotion/seal-promotion.test.ts', 'racing evidence that fails'],
    ['integration/usecases/deployment/start-deployment.test.ts', 'two starts on one profile'],
    ['integration/usecases/checklist/checklists.test.ts', 'two who tick the next two items'],
    ['integration/http/respond.test.ts', 'the same key many times at once runs once'],
    [FALLBACK_RACES, 'two granters: it opens once'],
    [FALLBACK_RACES, 'a grant against the withdrawal'],
    [FALLBACK_RACES, 'its return against an extension'],
    [FALLBACK_RACES, 'closing an incident against what puts a debt under it'],
    [ROTATION_RACES, 'two approvers of one slot: one signs, the other is told who'],
    [ROTATION_RACES, 'an approval against the cancelling: nothing is approved after the end'],
    [ROTATION_RACES, 'a step done twice at once is recorded once'],
    [ROTATION_RACES, 'completing against rolling back'],
    [EXCEPTION_RACES, 'two approvers of one slot: it holds once, and the other is told'],
    [EXCEPTION_RACES, 'an approval against the withdrawal'],
    [EXCEPTION_RACES, 'two filings of one rule'],
    [EXCEPTION_RACES, 'its closing against an extension being asked for or approved'],
    [MODEL, 'two commands at once come to what one after the other would have'],
  ],
  '10 nothing is deleted': [
    ['integration/db/roles.test.ts', 'nothing that decides is deleted'],
    ['integration/usecases/promotion/withdraw-promotion.test.ts', 'seals, signatures and evidence stay readable'],
  ],
}

it.each(Object.entries(PROOFS))('what always holds, %s: its proofs are there', (_, proofs) => {
  for (const [file, title] of proofs) expect(files.get(file), `${file}: ${title}`).toContain(title)
})

it('the threats that the promotion meets are each cited by a test (T02 to T10, T17, T32, T35)', () => {
  const threats = cited(/\bT\d\d\b/g)
  const met = ['T02', 'T03', 'T04', 'T05', 'T06', 'T07', 'T08', 'T09', 'T10', 'T11', 'T17', 'T18', 'T23', 'T32', 'T33', 'T34', 'T35', 'T40']
  expect(met.filter((threat) => !threats.has(threat))).toEqual([])
  expect([...threats].filter((threat) => Number(threat.slice(1)) > 40 || threat === 'T00')).toEqual([])
})

it('an ability that this issue brings is proven where it is used, not only listed', () => {
  const used = cited(/\b00[0-4]\.\d+\b/g, (path) => !path.startsWith('unit/policy/'))
  const brought = Object.entries(ABILITIES).filter(([, { issue }]) => issue <= 4)
  expect(brought.map(([number]) => number).filter((number) => !used.has(number))).toEqual([])
})

it('every demand that a test cites exists', () => {
  const known = new Set([
    ...(files.get('unit/policy/requirements.test.ts')?.match(/'(00[0-4]\.\d+)':/g) ?? []).map((key) => key.slice(1, -2)),
    ...Object.keys(ABILITIES),
  ])
  expect(known.size).toBeGreaterThanOrEqual(140)
  expect([...cited(/\b00[0-4]\.\d{1,2}\b/g)].filter((number) => !known.has(number))).toEqual([])
})
