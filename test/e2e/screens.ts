import { QUESTIONS } from '@/lib/domain/auditor/questions'
import type { PromotionPhase } from '@/lib/domain/promotion'
import { routes } from '@/lib/routes'

// Every screen once: what `npm run shots` takes pictures of and what axe looks at. Ids come from the API, never from here: the demo record is
// made anew at each first start. A unit test demands a screen for every page of `app/`.

/** Where things are in the record at hand, as the API tells. */
export type Places = {
  /** A system with a promotion into its last profile that waits for signatures, and that promotion. */
  system: string
  signing: { id: string; slot: string; version: number; signature: string; run: string }
  /** Promotions in other states: collecting evidence, sealed but no longer standing or declined, withdrawn, failed. */
  /** One that went as an emergency. */
  emergency: string
  collecting: string
  held: string
  withdrawn: string
  failed: string
  /** Something promoted and deployed in that system, and its newest release that nobody promoted yet. */
  released: { profile: string; version: string }
  fresh: string
  firstEdge: { from: string; to: string }
  deployments: { running: string; succeeded: string; failed: string; unauthorised: string }
  /** Rotations: one that runs, one whose plan waits for approval (and the slot of it), one that was rolled back, one that is completed. */
  rotations: {
    running: string
    planned: { id: string; slot: string; version: number; system: string }
    rolledBack: string
    completed: string
  }
  /** A fallback use whose grant can be looked at (one that waits where there is one), one that is over, and the rule of the latter. */
  glass: { asked: string; over: string; system: string; rule: string }
  incident: string
  /** Drift exceptions: one that waits for signatures (and the slot of it), one that runs, one that is closed. */
  exceptions: { filed: { id: string; slot: string; version: number; system: string }; running: string; closed: string }
  /** A rule on a profile from which no exception is open, to file one from. */
  deviates: { system: string; profile: string; rule: string }
  /** Keys: one with a history of rotations, and one of which nothing is on record. */
  secretKeys: {
    rotated: { system: string; profile: string; mapping: string }
    unknown: { system: string; profile: string; mapping: string }
  }
  /** Findings: one that an exception covers, and one that is open without. */
  findings: { covered: { id: string; system: string; profile: string; rule: string }; open: string }
  /** A system with acceptance criteria or attestations, and one whose profiles report isolated resources. */
  attested: string
  isolated: string
  /** The number of the active policy and a cell of its grid, as the address spells it. */
  policy: number
  cell: string
  person: string
  entry: string
}

/** One screen. `viewer` is the role that looks (null: nobody is signed in); `everyone` marks what differs by who looks. */
export type Screen = {
  name: string
  viewer: string | null
  path: (at: Places) => string
  everyone?: true
  /** The answer's status where it is not 200: the browser reports that to its console. */
  status?: 404
  /** Printed as well, on a sheet. */
  print?: true
}

const MANAGEMENT = 'Management'
const RELEASE_MANAGER = 'Release Manager'
const ENGINEER = 'Engineer'
const SECOPS = 'SecOps'
const AUDITOR = 'Auditor'
const ADMIN = 'Admin'
const COMMANDER = 'Incident commander'

/** The screens in the order of the navigation. Letters in front are those of the mocks that they are laid beside. */
export const SCREENS: readonly Screen[] = [
  { name: 'sign-in', viewer: null, path: () => routes.signIn() },
  { name: 'setup-spent', viewer: null, path: () => routes.setup('spent') },
  { name: 'sign-out', viewer: MANAGEMENT, path: () => routes.signOut() },

  { name: 'a-home', viewer: MANAGEMENT, path: () => routes.inbox(), everyone: true },
  { name: 'more', viewer: MANAGEMENT, path: () => routes.more(), everyone: true },

  { name: 'i-board', viewer: MANAGEMENT, path: () => routes.promotions(), everyone: true },
  { name: 'promotions-table', viewer: MANAGEMENT, path: () => routes.promotions({ view: 'table' }) },
  { name: 'promotion-new', viewer: ENGINEER, path: (at) => routes.promotionNew({ system: at.system }), everyone: true },
  {
    name: 'promotion-new-release',
    viewer: ENGINEER,
    path: (at) => routes.promotionNew({ system: at.system, ...at.firstEdge, release: at.fresh }),
  },

  { name: 'b-dossier', viewer: MANAGEMENT, path: (at) => routes.promotion(at.signing.id), everyone: true },
  { name: 'b-dossier-draft', viewer: RELEASE_MANAGER, path: (at) => routes.promotion(at.collecting), everyone: true },
  { name: 'b-dossier-held', viewer: RELEASE_MANAGER, path: (at) => routes.promotion(at.held), everyone: true },
  { name: 'b-dossier-withdrawn', viewer: ENGINEER, path: (at) => routes.promotion(at.withdrawn) },
  { name: 'b-dossier-failed', viewer: MANAGEMENT, path: (at) => routes.promotion(at.failed) },
  { name: 'b-dossier-version', viewer: AUDITOR, path: (at) => routes.promotionVersion(at.signing.id, at.signing.version) },
  {
    name: 'b-dossier-compare',
    viewer: MANAGEMENT,
    path: (at) => routes.promotionCompare(at.signing.id, { from: Math.max(1, at.signing.version - 1), to: at.signing.version }),
  },
  {
    name: 'b2-sign-read',
    viewer: MANAGEMENT,
    path: (at) => routes.promotionSign(at.signing.id, { slot: at.signing.slot }),
    everyone: true,
  },
  {
    name: 'b2-sign',
    viewer: MANAGEMENT,
    path: (at) => routes.promotionSign(at.signing.id, { slot: at.signing.slot, version: at.signing.version }),
  },
  { name: 'b2-decline', viewer: MANAGEMENT, path: (at) => routes.promotionDecline(at.signing.id, { slot: at.signing.slot }) },
  { name: 'b3-receipt', viewer: MANAGEMENT, path: (at) => routes.signature(at.signing.signature) },
  { name: 'promotion-review', viewer: MANAGEMENT, path: (at) => routes.promotionReview(at.emergency) },
  { name: 'promotion-review-none', viewer: MANAGEMENT, path: (at) => routes.promotionReview(at.signing.id) },
  { name: 'b-dossier-emergency', viewer: MANAGEMENT, path: (at) => routes.promotion(at.emergency) },

  { name: 'break-glass', viewer: ENGINEER, path: () => routes.breakGlass(), everyone: true },
  {
    name: 'h-break-glass',
    viewer: COMMANDER,
    path: (at) => routes.breakGlass({ system: at.glass.system, rule: at.glass.rule }),
    everyone: true,
  },
  { name: 'break-glass-over', viewer: SECOPS, path: (at) => routes.fallback(at.glass.over), everyone: true, print: true },
  { name: 'break-glass-grant', viewer: COMMANDER, path: (at) => routes.fallbackGrant(at.glass.asked) },
  { name: 'break-glass-refuse', viewer: COMMANDER, path: (at) => routes.fallbackRefuse(at.glass.asked) },
  { name: 'incidents', viewer: COMMANDER, path: () => routes.incidents(), everyone: true },
  { name: 'incident-new', viewer: ENGINEER, path: (at) => routes.incidentNew({ system: at.system }), everyone: true },
  { name: 'incident', viewer: COMMANDER, path: (at) => routes.incident(at.incident), everyone: true },

  { name: 'systems', viewer: MANAGEMENT, path: () => routes.systems() },
  { name: 'c-system', viewer: MANAGEMENT, path: (at) => routes.system(at.system), everyone: true },
  { name: 'c-system-cell', viewer: MANAGEMENT, path: (at) => routes.system(at.system, { cell: at.cell }) },
  { name: 'c-system-problems', viewer: MANAGEMENT, path: (at) => routes.system(at.system, { show: 'problems' }) },
  {
    name: 'c-system-drift',
    viewer: MANAGEMENT,
    path: ({ findings: { covered } }) => routes.system(covered.system, { cell: `${covered.rule}@${covered.profile}` }),
    everyone: true,
  },
  { name: 'system-isolation', viewer: SECOPS, path: (at) => routes.systemIsolation(at.isolated) },
  { name: 'system-attestations', viewer: RELEASE_MANAGER, path: (at) => routes.systemAttestations(at.attested), everyone: true },
  { name: 'findings', viewer: ENGINEER, path: () => routes.findings(), everyone: true },
  { name: 'findings-none', viewer: AUDITOR, path: (at) => routes.findings({ system: at.isolated, profile: 'none' }) },
  { name: 'finding-open', viewer: ENGINEER, path: (at) => routes.finding(at.findings.open), everyone: true },
  { name: 'finding-covered', viewer: RELEASE_MANAGER, path: (at) => routes.finding(at.findings.covered.id) },
  { name: 'finding-new', viewer: ENGINEER, path: (at) => routes.findingNew({ system: at.attested }), everyone: true },
  { name: 'system-env', viewer: MANAGEMENT, path: (at) => routes.systemEnv(at.system) },
  {
    name: 'system-env-profile',
    viewer: SECOPS,
    path: ({ secretKeys: { rotated } }) => routes.systemEnv(rotated.system, { profile: rotated.profile }),
    everyone: true,
  },
  {
    name: 'system-key',
    viewer: SECOPS,
    path: ({ secretKeys: { rotated } }) => routes.systemKey(rotated.system, rotated.profile, rotated.mapping),
    everyone: true,
  },
  {
    name: 'system-key-unknown',
    viewer: SECOPS,
    path: ({ secretKeys: { unknown } }) => routes.systemKey(unknown.system, unknown.profile, unknown.mapping),
    everyone: true,
  },
  { name: 'system-contract', viewer: RELEASE_MANAGER, path: (at) => routes.systemContract(at.glass.system), everyone: true },
  {
    name: 'system-contract-promotion',
    viewer: MANAGEMENT,
    path: (at) => routes.systemContract(at.system, { promotion: at.signing.id, show: 'problems' }),
  },
  { name: 'system-contract-import', viewer: ENGINEER, path: (at) => routes.systemContractImport(at.system) },
  { name: 'secrets', viewer: SECOPS, path: () => routes.secrets(), everyone: true },
  { name: 'system-deployments', viewer: MANAGEMENT, path: (at) => routes.systemDeployments(at.system) },
  { name: 'system-checklists', viewer: RELEASE_MANAGER, path: (at) => routes.systemChecklists(at.system), everyone: true },
  { name: 'system-checklist', viewer: ENGINEER, path: (at) => routes.systemChecklist(at.system, at.signing.run) },
  { name: 'system-contacts', viewer: COMMANDER, path: (at) => routes.systemContacts(at.system), everyone: true, print: true },
  { name: 'system-policy', viewer: MANAGEMENT, path: (at) => routes.systemPolicy(at.system), everyone: true },
  { name: 'system-policy-yaml', viewer: MANAGEMENT, path: (at) => routes.systemPolicy(at.system, { raw: true }) },
  {
    name: 'system-policy-compare',
    viewer: AUDITOR,
    path: (at) => routes.systemPolicy(at.system, { version: at.policy, against: Math.max(1, at.policy - 1) }),
  },
  { name: 'releases', viewer: ENGINEER, path: (at) => routes.releases(at.system) },
  { name: 'release', viewer: ENGINEER, path: (at) => routes.release(at.system, at.released.version) },
  { name: 'release-new', viewer: ENGINEER, path: (at) => routes.releaseNew(at.system), everyone: true },

  { name: 'deployments', viewer: MANAGEMENT, path: () => routes.deployments() },
  {
    name: 'deployments-none',
    viewer: MANAGEMENT,
    path: (at) => routes.deployments({ system: at.system, state: 'started', profile: 'dev' }),
  },
  { name: 'deployment-new', viewer: ENGINEER, path: () => routes.deploymentNew(), everyone: true },
  {
    name: 'deployment-new-refused',
    viewer: ENGINEER,
    path: (at) => routes.deploymentNew({ system: at.system, profile: at.released.profile, version: at.fresh }),
  },
  { name: 'deployment', viewer: ENGINEER, path: (at) => routes.deployment(at.deployments.succeeded), everyone: true },
  { name: 'deployment-running', viewer: ENGINEER, path: (at) => routes.deployment(at.deployments.running), everyone: true },
  { name: 'deployment-failed', viewer: ENGINEER, path: (at) => routes.deployment(at.deployments.failed) },
  { name: 'deployment-unauthorised', viewer: AUDITOR, path: (at) => routes.deployment(at.deployments.unauthorised) },

  { name: 'rotations', viewer: SECOPS, path: () => routes.rotations(), everyone: true },
  { name: 'rotations-overdue', viewer: SECOPS, path: () => routes.rotations({ state: 'overdue' }) },
  { name: 'rotations-none', viewer: SECOPS, path: () => routes.rotations({ state: 'cancelled' }) },
  { name: 'rotation-new', viewer: SECOPS, path: (at) => routes.rotationNew({ system: at.system }), everyone: true },
  {
    name: 'rotation-new-emergency',
    viewer: RELEASE_MANAGER,
    path: (at) => routes.rotationNew({ system: at.rotations.planned.system, cause: 'suspected_exposure' }),
  },
  { name: 'd-rotation', viewer: SECOPS, path: (at) => routes.rotation(at.rotations.running), everyone: true },
  { name: 'd-rotation-planned', viewer: RELEASE_MANAGER, path: (at) => routes.rotation(at.rotations.planned.id), everyone: true },
  { name: 'd-rotation-rolled-back', viewer: SECOPS, path: (at) => routes.rotation(at.rotations.rolledBack) },
  { name: 'd-rotation-completed', viewer: AUDITOR, path: (at) => routes.rotation(at.rotations.completed) },
  {
    name: 'rotation-approve-read',
    viewer: MANAGEMENT,
    path: (at) => routes.rotationApprove(at.rotations.planned.id, { slot: at.rotations.planned.slot }),
    everyone: true,
  },
  {
    name: 'rotation-approve',
    viewer: MANAGEMENT,
    path: (at) =>
      routes.rotationApprove(at.rotations.planned.id, { slot: at.rotations.planned.slot, version: at.rotations.planned.version }),
  },
  {
    name: 'rotation-decline',
    viewer: MANAGEMENT,
    path: (at) => routes.rotationDecline(at.rotations.planned.id, { slot: at.rotations.planned.slot }),
  },

  { name: 'exceptions', viewer: ENGINEER, path: () => routes.exceptions(), everyone: true },
  { name: 'exceptions-overdue', viewer: RELEASE_MANAGER, path: () => routes.exceptions({ state: 'overdue' }) },
  { name: 'exceptions-closed', viewer: AUDITOR, path: () => routes.exceptions({ state: 'closed' }) },
  {
    name: 'e-exception',
    viewer: ENGINEER,
    path: (at) => routes.exceptionNew({ ...at.deviates, observed: 'debug' }),
    everyone: true,
  },
  { name: 'e-exception-choose', viewer: ENGINEER, path: (at) => routes.exceptionNew({ system: at.deviates.system }) },
  { name: 'exception-filed', viewer: RELEASE_MANAGER, path: (at) => routes.exception(at.exceptions.filed.id), everyone: true },
  { name: 'exception-running', viewer: ENGINEER, path: (at) => routes.exception(at.exceptions.running), everyone: true },
  { name: 'exception-closed', viewer: AUDITOR, path: (at) => routes.exception(at.exceptions.closed) },
  {
    name: 'exception-approve-read',
    viewer: RELEASE_MANAGER,
    path: (at) => routes.exceptionApprove(at.exceptions.filed.id, { slot: at.exceptions.filed.slot }),
    everyone: true,
  },
  {
    name: 'exception-approve',
    viewer: RELEASE_MANAGER,
    path: (at) => routes.exceptionApprove(at.exceptions.filed.id, { slot: at.exceptions.filed.slot, version: at.exceptions.filed.version }),
  },
  {
    name: 'exception-decline',
    viewer: RELEASE_MANAGER,
    path: (at) => routes.exceptionDecline(at.exceptions.filed.id, { slot: at.exceptions.filed.slot }),
  },
  { name: 'system-exceptions', viewer: ENGINEER, path: (at) => routes.systemExceptions(at.exceptions.filed.system), everyone: true },

  { name: 'notes', viewer: RELEASE_MANAGER, path: () => routes.notes() },
  {
    name: 'g-release-notes',
    viewer: RELEASE_MANAGER,
    path: (at) => routes.note(at.system, at.released.profile, at.released.version),
    everyone: true,
    print: true,
  },
  {
    name: 'release-notes-management',
    viewer: MANAGEMENT,
    path: (at) => routes.note(at.system, at.released.profile, at.released.version, 'management'),
    print: true,
  },
  {
    name: 'release-notes-auditors',
    viewer: AUDITOR,
    path: (at) => routes.note(at.system, at.released.profile, at.released.version, 'auditors'),
    print: true,
  },
  { name: 'notes-compare', viewer: ENGINEER, path: (at) => routes.notesCompare(at.system, at.released.profile) },

  { name: 'f-audit', viewer: AUDITOR, path: () => routes.audit(), everyone: true },
  { name: 'f-audit-selected', viewer: AUDITOR, path: (at) => routes.audit({ entry: at.entry }) },
  { name: 'f-audit-none', viewer: AUDITOR, path: () => routes.audit({ q: 'nothing is called this' }) },
  { name: 'audit-entry', viewer: AUDITOR, path: (at) => routes.auditEntry(at.entry) },
  { name: 'audit-room', viewer: AUDITOR, path: () => routes.auditRoom(), everyone: true },
  ...QUESTIONS.map(
    (question): Screen => ({ name: `audit-question-${question}`, viewer: AUDITOR, path: () => routes.auditQuestion(question) }),
  ),
  {
    name: 'audit-question-none',
    viewer: AUDITOR,
    path: () => routes.auditQuestion('unauthorised', { from: '2026-01-01', to: '2026-01-02' }),
  },
  { name: 'audit-changes', viewer: AUDITOR, path: () => routes.auditPopulation({ sample: 3, seed: 'a-seed' }), everyone: true },
  { name: 'audit-change', viewer: AUDITOR, path: (at) => routes.auditChange(at.signing.id) },
  { name: 'audit-change-deployment', viewer: AUDITOR, path: (at) => routes.auditChange(at.deployments.unauthorised) },
  { name: 'audit-segregation', viewer: AUDITOR, path: () => routes.auditSegregation(), everyone: true },
  { name: 'audit-export', viewer: AUDITOR, path: () => routes.auditExport({ action: 'refused', first: 1, last: 100 }), everyone: true },
  { name: 'audit-proves', viewer: MANAGEMENT, path: () => routes.auditProves(), everyone: true },

  { name: 'profile', viewer: MANAGEMENT, path: () => routes.profile(), everyone: true },
  { name: 'shortcuts', viewer: MANAGEMENT, path: () => routes.shortcuts() },
  { name: 'people', viewer: ADMIN, path: () => routes.people(), everyone: true },
  { name: 'person', viewer: ADMIN, path: (at) => routes.person(at.person) },
  { name: 'tokens', viewer: ADMIN, path: () => routes.tokens(), everyone: true },
  { name: 'api-docs', viewer: ENGINEER, path: () => routes.apiReference() },
  { name: 'j-kit', viewer: MANAGEMENT, path: () => routes.kit() },
  { name: 'not-found', viewer: MANAGEMENT, path: () => '/nothing-is-here', status: 404 },
  { name: 'not-found-inside', viewer: MANAGEMENT, path: () => routes.system('nothing-is-here'), status: 404 },
]

type Slot = { id: string; title: string; signOff: { id: string } | null }
type Promotion = {
  id: string
  system: string
  phase: PromotionPhase
  to: string
  gates: { checklistRun: string | null }[]
  sealed: { number: number } | null
  slots: Slot[]
}
type Deployment = {
  id: string
  system: string
  profile: string
  version: string
  status: string
  authorised: boolean
  promotion: string | null
}
type Rotation = {
  id: string
  system: string
  status: string
  sealed: { number: number } | null
  slots: { id: string; title: string; signedBy: unknown }[]
}
type Exception = {
  id: string
  system: string
  profile: string
  rule: string
  kind: string
  state: string
  sealed: { number: number } | null
  slots: { id: string; title: string; approvedBy: unknown }[]
}
type Finding = { id: string; system: string; profile: string | null; rule: string; kind: string; state: string }
type Document = { id: string; acceptance: unknown[]; isolation: { resources: unknown[] } }
type Standings = { items: { profile: string; state: string; members: { mapping: string; keys: { rotation: string | null }[] }[] }[] }
type Listed<T> = { items: T[] }

/** Thrown when the record holds nothing that a screen could show: a screen is never left out in silence. */
const must = <T>(found: T | undefined | null, what: string): T => {
  if (found === undefined || found === null) throw new Error(`The demo record has no ${what}, so its screen cannot be shown`)
  return found
}

/** Finds the places by asking the API as the demo's pipeline. Throws when it cannot be asked, or when a thing is missing. */
export async function findPlaces(origin: string, token: string): Promise<Places> {
  const ask = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${origin}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })
    if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}`)
    return (await answer.json()) as T
  }
  const listed = async <T>(path: string) => (await ask<Listed<T>>(`${path}${path.includes('?') ? '&' : '?'}limit=100`)).items
  const one = (id: string) => ask<Promotion>(`/promotions/${id}`)
  const ids = async (status: string) => (await listed<{ id: string }>(`/promotions?status=${status}`)).map(({ id }) => id)
  const gone = await listed<{ id: string; emergency: unknown }>('/promotions?status=deployed')

  const [open, withdrawn, failed, deployments, events] = await Promise.all([
    ids('open').then((found) => Promise.all(found.map(one))),
    ids('withdrawn'),
    ids('failed'),
    listed<Deployment>('/deployments'),
    listed<{ id: string; actor: { id: string; kind: string } }>('/audit-events'),
  ])
  const rotations = await listed<{ id: string; status: string }>('/rotations')
  const rotation = (what: string, status: string) => must(rotations.find((each) => each.status === status)?.id, `rotation that ${what}`)
  const plans = await Promise.all(rotations.filter(({ status }) => status === 'planned').map(({ id }) => ask<Rotation>(`/rotations/${id}`)))
  const opens = ({ slots }: Rotation) => slots.find(({ title, signedBy }) => title === MANAGEMENT && signedBy === null)
  const planned = must(
    plans.find((plan) => plan.sealed !== null && opens(plan)),
    'rotation whose plan waits for Management',
  )
  const standings = await Promise.all(
    (await ask<Listed<{ id: string }>>('/systems')).items.map(async ({ id }) => ({ id, ...(await ask<Standings>(`/systems/${id}/keys`)) })),
  )
  const keys = standings.flatMap(({ id, items }) =>
    items.map(({ profile, state, members }) => ({
      place: { system: id, profile, mapping: members[0]?.mapping ?? '' },
      state,
      isRotated: members[0]?.keys.some(({ rotation: broughtBy }) => broughtBy !== null) ?? false,
    })),
  )
  const keyThat = (what: string, fits: (key: (typeof keys)[number]) => boolean) => must(keys.find(fits)?.place, `key that ${what}`)
  const uses = await listed<{ id: string; system: string; rule: string; state: string }>('/fallback-uses')
  const incidents = await listed<{ id: string }>('/incidents')
  const exceptions = await listed<Exception>('/exceptions')
  const exceptionThat = (what: string, fits: (one: Exception) => boolean) => must(exceptions.find(fits), `drift exception that ${what}`)
  const filed = exceptionThat(
    'waits for a signature',
    ({ state, slots }) => state === 'filed' && slots.some(({ approvedBy }) => approvedBy === null),
  )
  const ended = exceptionThat('is closed and was of a variable', ({ state, kind }) => state === 'closed' && kind === 'variable')
  const over = must(
    uses.find(({ state }) => state === 'reviewed'),
    'fallback use that was reviewed',
  )
  // The fullest line of signatures that Management has still to complete.
  const signedBy = ({ slots }: Promotion) => slots.filter(({ signOff }) => signOff !== null)
  const waiting = open
    .filter(({ phase, slots }) => phase === 'signing' && slots.some(({ title, signOff }) => title === MANAGEMENT && signOff === null))
    .toSorted((a, b) => signedBy(b).length - signedBy(a).length)
  const signing = must(waiting[0], 'promotion that waits for Management')
  const [system, releases, active, runs] = await Promise.all([
    ask<{ policy: { number: number }; edges: { from: string; to: string }[] }>(`/systems/${signing.system}`),
    listed<{ version: string }>(`/systems/${signing.system}/releases`),
    listed<{ number: number; status: string }>(`/systems/${signing.system}/policies`),
    listed<{ id: string }>(`/systems/${signing.system}/checklist-runs`),
  ])
  const findings = await listed<Finding>('/findings')
  const findingThat = (what: string, fits: (one: Finding) => boolean) => must(findings.find(fits), `finding that ${what}`)
  const covered = findingThat('is covered', ({ state, rule }) => state === 'covered' && /^(runtime|constraint)\./.test(rule))
  const documents = await Promise.all(
    standings.map(async ({ id }): Promise<Document> => {
      const { policy } = await ask<{ policy: { number: number } }>(`/systems/${id}`)
      return { ...(await ask<{ document: Omit<Document, 'id'> }>(`/systems/${id}/policies/${policy.number}`)).document, id }
    }),
  )
  const systemThat = (what: string, fits: (one: Document) => boolean) => must(documents.find(fits)?.id, `system that ${what}`)
  const number = must(active.find(({ status }) => status === 'active')?.number, 'active policy')
  const { document } = await ask<{ document: { constraints: { id: string; cells: Record<string, unknown> }[] } }>(
    `/systems/${signing.system}/policies/${number}`,
  )
  const rule = must(document.constraints[0], 'rule in the grid')
  const deployed = (what: string, fits: (one: Deployment) => boolean) => must(deployments.find(fits), `deployment that ${what}`)
  const released = deployed('ended a promotion', (d) => d.system === signing.system && d.profile === signing.to && d.status === 'succeeded')
  const phase = (what: string, ...phases: PromotionPhase[]) => must(open.find((each) => phases.includes(each.phase))?.id, what)
  return {
    system: signing.system,
    signing: {
      id: signing.id,
      slot: must(signing.slots.find(({ title }) => title === MANAGEMENT)?.id, 'slot of Management'),
      version: must(signing.sealed?.number, 'sealed version'),
      signature: must(signedBy(signing)[0]?.signOff?.id, 'signature'),
      run: must(signing.gates.find(({ checklistRun }) => checklistRun)?.checklistRun ?? runs[0]?.id, 'checklist run'),
    },
    secretKeys: {
      rotated: keyThat('was rotated', ({ isRotated }) => isRotated),
      unknown: keyThat('nobody recorded', ({ state }) => state === 'unknown'),
    },
    emergency: must(gone.find(({ emergency }) => emergency !== null)?.id, 'promotion that went as an emergency'),
    collecting: phase('promotion that collects evidence', 'collecting', 'ready_to_seal'),
    held: phase('promotion that was declined or voided', 'held', 'voided', 'expired'),
    withdrawn: must(withdrawn[0], 'withdrawn promotion'),
    failed: must(failed[0], 'failed promotion'),
    released: { profile: released.profile, version: released.version },
    fresh: must(releases[0]?.version, 'release'),
    firstEdge: (({ from, to }) => ({ from, to }))(must(system.edges[0], 'edge')),
    deployments: {
      running: deployed('runs', ({ status }) => status === 'started').id,
      succeeded: deployed('succeeded after a promotion', (d) => d.status === 'succeeded' && d.promotion !== null).id,
      failed: deployed('failed', ({ status }) => status === 'failed').id,
      unauthorised: deployed('was not authorised', ({ authorised }) => !authorised).id,
    },
    rotations: {
      running: rotation('runs', 'in_progress'),
      planned: {
        id: planned.id,
        slot: must(opens(planned)?.id, 'slot of Management on that plan'),
        version: must(planned.sealed?.number, 'sealed plan'),
        system: planned.system,
      },
      rolledBack: rotation('was rolled back', 'rolled_back'),
      completed: rotation('is completed', 'completed'),
    },
    glass: { asked: (uses.find(({ state }) => state === 'requested') ?? over).id, over: over.id, system: over.system, rule: over.rule },
    incident: must(incidents[0]?.id, 'incident'),
    exceptions: {
      filed: {
        id: filed.id,
        slot: must(filed.slots.find(({ approvedBy }) => approvedBy === null)?.id, 'slot of that exception'),
        version: must(filed.sealed?.number, 'sealed exception'),
        system: filed.system,
      },
      running: exceptionThat('runs', ({ state }) => state === 'running').id,
      closed: ended.id,
    },
    findings: {
      covered: { id: covered.id, system: covered.system, profile: covered.profile ?? '', rule: covered.rule },
      open: findingThat('is open without an exception', ({ state, kind }) => state === 'open' && kind === 'drift').id,
    },
    attested: systemThat('has acceptance criteria', ({ acceptance }) => acceptance.length > 0),
    isolated: systemThat('names isolated resources', ({ isolation }) => isolation.resources.length > 0),
    deviates: { system: ended.system, profile: ended.profile, rule: ended.rule },
    policy: number,
    cell: `${rule.id}@${Object.keys(rule.cells).at(-1)}`,
    person: must(events.find(({ actor }) => actor.kind === 'person')?.actor.id, 'person'),
    entry: must(events[0]?.id, 'audit entry'),
  }
}
