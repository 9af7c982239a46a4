/**
 * Every address of the product (ux.md section 4), so that no page spells a path by hand.
 * Ids and slugs are escaped here; `query` drops what is undefined or empty.
 */

type Query = Record<string, string | number | boolean | null | undefined>

function at(path: string, query?: Query): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '' && value !== false) params.set(key, value === true ? '1' : String(value))
  }
  const search = params.toString()
  return search ? `${path}?${search}` : path
}

const part = (value: string | number): string => encodeURIComponent(String(value))

export const routes = {
  signIn: (query?: { callbackUrl?: string; email?: string }) => at('/sign-in', query),
  signOut: () => '/sign-out',
  setup: (token: string) => `/setup/${part(token)}`,

  inbox: () => '/',
  more: () => '/more',

  promotions: (query?: { view?: 'board' | 'table' | 'graph'; system?: string; state?: string; after?: string }) => at('/promotions', query),
  promotionNew: (query?: { system?: string; from?: string; to?: string; release?: string }) => at('/promotions/new', query),
  promotion: (id: string) => `/promotions/${part(id)}`,
  promotionSign: (id: string, query?: { slot?: string; version?: number }) => at(`/promotions/${part(id)}/sign`, query),
  promotionDecline: (id: string, query?: { slot?: string; version?: number }) => at(`/promotions/${part(id)}/decline`, query),
  promotionVersion: (id: string, version: number) => `/promotions/${part(id)}/v/${part(version)}`,
  promotionCompare: (id: string, query?: { from?: number; to?: number }) => at(`/promotions/${part(id)}/compare`, query),
  signature: (id: string) => `/signatures/${part(id)}`,
  signatureJson: (id: string) => `/signatures/${part(id)}/receipt.json`,

  systems: () => '/systems',
  system: (slug: string, query?: { cell?: string; show?: 'problems' | 'all'; profile?: string }) => at(`/systems/${part(slug)}`, query),
  systemEnv: (slug: string, query?: { profile?: string }) => at(`/systems/${part(slug)}/env`, query),
  systemKey: (slug: string, profile: string, mapping: string) => `/systems/${part(slug)}/env/${part(profile)}/${part(mapping)}`,
  systemContacts: (slug: string) => `/systems/${part(slug)}/contacts`,
  systemDeployments: (slug: string) => `/systems/${part(slug)}/deployments`,
  systemChecklists: (slug: string, query?: { list?: string; after?: string }) => at(`/systems/${part(slug)}/checklists`, query),
  systemChecklist: (slug: string, id: string) => `/systems/${part(slug)}/checklists/${part(id)}`,
  systemExceptions: (slug: string) => `/systems/${part(slug)}/exceptions`,
  systemContract: (slug: string, query?: { profile?: string; against?: string; show?: string; promotion?: string }) =>
    at(`/systems/${part(slug)}/contract`, query),
  systemContractImport: (slug: string, query?: { profile?: string }) => at(`/systems/${part(slug)}/contract/import`, query),
  systemContractExport: (slug: string, profile: string, form: 'env' | 'json' | 'md') =>
    `/systems/${part(slug)}/contract/${part(profile)}/${form === 'env' ? '.env.example' : form === 'json' ? 'contract.schema.json' : 'contract.md'}`,
  systemIsolation: (slug: string) => `/systems/${part(slug)}/isolation`,
  systemAttestations: (slug: string) => `/systems/${part(slug)}/attestations`,
  systemPolicy: (slug: string, query?: { version?: number; against?: number; raw?: boolean }) => at(`/systems/${part(slug)}/policy`, query),
  systemPolicyJson: (slug: string, version: number) => `/systems/${part(slug)}/policy/${part(version)}/policy.json`,
  releases: (slug: string, query?: { after?: string }) => at(`/systems/${part(slug)}/releases`, query),
  releaseNew: (slug: string) => `/systems/${part(slug)}/releases/new`,
  release: (slug: string, version: string) => `/systems/${part(slug)}/releases/${part(version)}`,

  rotations: (query?: { system?: string; state?: string; after?: string }) => at('/rotations', query),
  rotationNew: (query?: { system?: string; rule?: string; cause?: string; incident?: string }) => at('/rotations/new', query),
  rotation: (id: string) => `/rotations/${part(id)}`,
  rotationApprove: (id: string, query?: { slot?: string; version?: number }) => at(`/rotations/${part(id)}/approve`, query),
  rotationDecline: (id: string, query?: { slot?: string; version?: number }) => at(`/rotations/${part(id)}/decline`, query),
  secrets: () => '/secrets',
  exceptions: (query?: { system?: string; state?: string; after?: string }) => at('/exceptions', query),
  exceptionNew: (query?: { system?: string; profile?: string; rule?: string; finding?: string; observed?: string }) =>
    at('/exceptions/new', query),
  exception: (id: string) => `/exceptions/${part(id)}`,
  exceptionApprove: (id: string, query?: { slot?: string; version?: number }) => at(`/exceptions/${part(id)}/approve`, query),
  exceptionDecline: (id: string, query?: { slot?: string; version?: number }) => at(`/exceptions/${part(id)}/decline`, query),
  findings: (query?: { system?: string; profile?: string; state?: string; after?: string }) => at('/findings', query),
  findingNew: (query?: { system?: string; kind?: string; document?: string }) => at('/findings/new', query),
  /** A finding; what has no number yet (a flag that lapsed, before the next report) stands among the others. */
  finding: (id: string) => (id.startsWith('FND-') ? `/findings/${part(id)}` : '/findings'),
  breakGlass: (query?: { system?: string; rule?: string; incident?: string; after?: string }) => at('/break-glass', query),
  fallback: (id: string) => `/break-glass/${part(id)}`,
  fallbackGrant: (id: string, query?: { slot?: string; version?: number }) => at(`/break-glass/${part(id)}/grant`, query),
  fallbackRefuse: (id: string, query?: { slot?: string; version?: number }) => at(`/break-glass/${part(id)}/refuse`, query),
  incidents: (query?: { system?: string; state?: string; after?: string }) => at('/incidents', query),
  incidentNew: (query?: { system?: string; profile?: string; rotation?: string }) => at('/incidents/new', query),
  incident: (id: string) => `/incidents/${part(id)}`,
  promotionReview: (id: string, query?: { slot?: string }) => at(`/promotions/${part(id)}/review`, query),

  deployments: (query?: { system?: string; profile?: string; state?: string; after?: string }) => at('/deployments', query),
  deploymentNew: (query?: { system?: string; profile?: string; version?: string; promotion?: string }) => at('/deployments/new', query),
  deployment: (id: string) => `/deployments/${part(id)}`,

  notes: (query?: { system?: string; after?: string }) => at('/notes', query),
  note: (system: string, profile: string, version: string, reading?: string) =>
    at(`/notes/${part(system)}/${part(profile)}/${part(version)}`, { reading }),
  noteFile: (system: string, profile: string, version: string, form: 'md' | 'html' | 'json', reading?: string) =>
    at(`/notes/${part(system)}/${part(profile)}/${part(version)}/notes.${form}`, { reading }),
  notesCompare: (system: string, profile: string, query?: { from?: string; to?: string }) =>
    at(`/notes/${part(system)}/${part(profile)}/compare`, query),
  notesFeed: (system: string) => `/notes/${part(system)}/feed.atom`,

  audit: (query?: {
    q?: string
    actor?: string
    action?: string
    subject?: string
    system?: string
    from?: string
    to?: string
    after?: string
    entry?: string
  }) => at('/audit', query),
  /** An entry, by its number in the log where it has one, else by its id. */
  auditEntry: (id: string | number) => `/audit/${part(id)}`,
  auditExport: (query?: Query) => at('/audit/export', query),
  auditExportFile: (id: string, query?: { after?: number; bom?: 1 }) => at(`/audit/exports/${part(id)}/file`, query),
  /** Further rows of the list, as JSON. */
  auditRows: (query?: Query) => at('/audit/rows', query),
  /** What a browser verifies the record with: what it says of itself, its checkpoints, entries and tiles. */
  auditCheck: (what: 'about' | 'checkpoints' | 'entries' | 'tiles', query?: Query) => at(`/audit/check/${what}`, query),
  auditProof: (number: number) => `/audit/${part(number)}/proof`,
  /** What the record proves and what it does not, with the keys that sign it. */
  auditProves: () => '/audit/proves',
  auditRoom: () => '/audit/room',
  auditQuestion: (question: string, query?: Query) => at(`/audit/room/${part(question)}`, query),
  auditPopulation: (query?: {
    from?: string
    to?: string
    system?: string
    sample?: number
    seed?: string
    after?: string
    check?: boolean
  }) => at('/audit/population', query),
  auditPopulationFile: (query: { from: string; to: string; system?: string }) => at('/audit/population/population.json', query),
  auditSampleFile: (query: { from: string; to: string; system?: string; sample: number; seed: string }) =>
    at('/audit/population/sample.tar.gz', query),
  /** Everything on the record of one change (a promotion or a deployment), for an auditor to read. */
  auditChange: (id: string) => `/audit/population/${part(id)}`,
  auditSegregation: (query?: { at?: string; system?: string }) => at('/audit/segregation', query),
  auditSegregationFile: (query: { at: string; system?: string }) => at('/audit/segregation/segregation.json', query),
  /** The log for strangers' tools (c2sp.org/tlog-tiles): below it lie `checkpoint` and `tile/…`. */
  log: (path = '') => `/log/${path}`,
  verifier: () => '/cli/countersign.mjs',
  signatureProof: (id: string) => `/signatures/${part(id)}/receipt.tlog-proof`,
  /** A signed statement about something (in-toto in a DSSE envelope; a promotion also as a SLSA verification summary). */
  statement: (kind: 'promotion' | 'rotation' | 'exception', id: string, form: 'in-toto' | 'vsa' = 'in-toto') =>
    `/statements/${kind}/${part(id)}/${form === 'vsa' ? 'vsa.json' : 'in-toto.json'}`,

  profile: () => '/settings/profile',
  notifications: () => '/settings/notifications',
  shortcuts: () => '/settings/shortcuts',
  people: () => '/settings/people',
  person: (id: string) => `/settings/people/${part(id)}`,
  tokens: (query?: { after?: string }) => at('/settings/tokens', query),

  kit: () => '/kit',
  apiReference: () => '/api-docs',
  openapi: () => '/openapi.json',
  live: () => '/api/live',
  health: () => '/health',
  search: (q: string) => at('/api/search', { q }),
} as const

/** Keys of the main navigation; icons and counters hang on them. */
export type NavKey =
  | 'inbox'
  | 'promotions'
  | 'rotations'
  | 'exceptions'
  | 'deployments'
  | 'notes'
  | 'audit'
  | 'systems'
  | 'breakGlass'
  | 'more'

export type NavEntry = {
  key: NavKey
  label: string
  href: string
  /** The letter after `g` (ux.md section 14). */
  letter?: string
  /** The word under the icon on a phone, where it differs. */
  short?: string
}

/** The rail, in its fixed order. A later issue adds its page here and it appears in rail, phone list, palette and shortcuts. */
export const NAV: readonly NavEntry[] = [
  { key: 'inbox', label: 'Inbox', href: routes.inbox(), letter: 'i' },
  { key: 'promotions', label: 'Promotions', href: routes.promotions(), letter: 'p', short: 'Promote' },
  { key: 'rotations', label: 'Rotations', href: routes.rotations(), letter: 'r' },
  { key: 'exceptions', label: 'Exceptions', href: routes.exceptions(), letter: 'x' },
  { key: 'deployments', label: 'Deployments', href: routes.deployments(), letter: 'd' },
  { key: 'notes', label: 'Release notes', href: routes.notes(), letter: 'n', short: 'Notes' },
  { key: 'audit', label: 'Audit', href: routes.audit(), letter: 'a' },
]

/** Pinned to the bottom of the rail, first under More on a phone. */
export const NAV_PINNED: readonly NavEntry[] = [{ key: 'breakGlass', label: 'Break glass', href: routes.breakGlass(), letter: 'b' }]

/** Not in the list of the rail (it has its own section there), but a tab on a phone and a target for `g s`. */
export const NAV_SYSTEMS: NavEntry = { key: 'systems', label: 'Systems', href: routes.systems(), letter: 's' }

/** The five phone tabs. */
export const PHONE_TABS: readonly NavEntry[] = [
  ...NAV.filter((entry) => entry.key === 'inbox' || entry.key === 'promotions'),
  NAV_SYSTEMS,
  ...NAV.filter((entry) => entry.key === 'notes'),
  { key: 'more', label: 'More', href: routes.more() },
]

/** Whether a navigation entry is the section that a path belongs to. */
export function isCurrent(href: string, pathname: string): boolean {
  if (href === '/') return pathname === '/'
  return pathname === href || pathname.startsWith(`${href}/`)
}
