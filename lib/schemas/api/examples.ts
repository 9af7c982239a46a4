import { OPERATIONS, type Operation, type OperationId } from './operations'

/** The names an example speaks of: those of `docs/my-app.yaml`, or of something the reader can see. */
export type Sample = {
  system: string
  version: string
  profile: string
  gate: string
  checklist: string
  variant: string
  promotion: string
  deployment: string
  incident: string
  fallback: string
  finding: string
  observation: string
  /** A saved question of the auditor's room. */
  question: string
  /** An export of the record that the caller made. */
  export: string
  exception: string
  rotation: string
  /** A rotation rule of the policy. */
  rule: string
  /** An owner slot of that rule. */
  owner: string
  step: string
  /** A secret mapping of the policy. */
  mapping: string
  run: string
  item: string
  number: number
  gitSha: string
  digest: string
  /** An instant that lies a little back, as ISO text. */
  at: string
  /** An instant to come, as ISO text. */
  until: string
}

export const SAMPLE: Sample = {
  system: 'my-app',
  version: '1.4.0',
  profile: 'production',
  gate: 'unit-tests',
  checklist: 'deployment',
  variant: 'docker',
  promotion: 'PRM-0142',
  deployment: 'DEP-0210',
  incident: 'INC-0208',
  fallback: 'BG-0017',
  finding: 'FND-0012',
  observation: '0192f0c1-7a3e-7d2b-9c4d-1e5f6a7b8c9d',
  question: 'break-glass',
  export: '0192f0c2-1b7d-7f05-8a31-6d2c9e4f7b10',
  exception: 'EXC-0031',
  rotation: 'ROT-0031',
  rule: 'production-database',
  owner: 'release-manager',
  step: 'create',
  mapping: 'database-url',
  run: '3f0f8d8e-5c1d-4c43-9a55-0c7a3b1f7a10',
  item: 'validate',
  number: 1,
  gitSha: '3f2a9c1d5b7e8f60a1b2c3d4e5f60718293a4b5c',
  digest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  at: '2026-11-19T16:00:00Z',
  until: '2026-11-23T16:00:00Z',
}

type PostId = { [Id in OperationId]: (typeof OPERATIONS)[Id]['method'] extends 'post' ? Id : never }[OperationId]

/** A body that each write takes, without what stands in its address. A record, so that a write without an example does not compile. */
export const EXAMPLE_BODY: Record<PostId, (sample: Sample) => Record<string, unknown>> = {
  applyPolicy: () => ({ text: 'schema: 1\nsystem: { slug: my-app, name: My App }\n', fileName: 'my-app.yaml' }),
  evaluateContract: ({ profile }) => ({
    profile,
    variables: [
      { name: 'DATABASE_URL', present: true, valid: true },
      { name: 'LOG_LEVEL', present: true, valid: true },
    ],
  }),
  registerRelease: ({ system, version, gitSha, digest, at }) => ({
    version,
    gitSha,
    artefact: `${system}@sha256:${digest}`,
    buildDate: at,
    changes: [{ kind: 'fix', summary: 'Orders with two addresses are kept apart', reference: '#512' }],
  }),
  recordEvidence: ({ profile, gate }) => ({ profile, gate, verdict: 'pass', summary: '412 tests', exitCode: 0, ranOn: 'CI' }),
  reportObservations: ({ profile, at }) => ({
    profile,
    instance: 'web-1',
    claimedAt: at,
    facts: { variables: [{ name: 'DATABASE_URL', present: true, valid: true }], files: { present: [] } },
  }),
  recordSnapshot: ({ profile, digest, at }) => ({ profile, takenAt: at, digest, location: 'Backups, nightly' }),
  startChecklistRun: ({ version, profile, checklist }) => ({ version, profile, checklist }),
  chooseChecklistVariant: ({ variant }) => ({ variant }),
  tickChecklistItem: () => ({ state: 'done', note: 'All present' }),
  recordKeyVersion: ({ mapping, at }) => ({ mapping, keyId: 'k7', bornAt: at }),
  retireKey: () => ({ keyId: 'k6', proof: 'Run 4711: the database refused k6' }),
  reportFingerprints: ({ mapping, digest }) => ({ fingerprintKeyId: 'h1', fingerprints: [{ mapping, fingerprint: digest }] }),
  recordSecretAudit: ({ profile }) => ({ profile, finding: 'met', note: 'Injected by the platform only; nothing on disk' }),
  openPromotion: ({ system, version, profile }) => ({ system, version, to: profile }),
  openRotation: ({ system, rule }) => ({ system, rule, cause: 'scheduled' }),
  startRotation: ({ owner }) => ({ owner }),
  recordRotationStep: ({ mapping }) => ({ state: 'done', how: 'script', note: 'Run 4711', newKeys: { [mapping]: 'k8' } }),
  confirmRotation: ({ owner }) => ({ owner, note: 'Checked the log of the run' }),
  completeRotation: () => ({ proof: 'Run 4712: the old key is refused' }),
  rollBackRotation: () => ({ trigger: 'failed-step', reason: 'The service did not come up again' }),
  finishRotationRollback: () => ({ postmortem: 'Wiki, postmortem 31' }),
  recordRotationPostmortem: () => ({ postmortem: 'Wiki, postmortem 31' }),
  startDeployment: ({ system, profile, version }) => ({ system, profile, version, inputs: ['image'] }),
  finishDeployment: ({ gitSha }) => ({ result: 'succeeded', stamp: { GIT_SHA: gitSha } }),
  declareIncident: ({ system, profile }) => ({
    system,
    profile,
    title: 'Config cannot be decrypted',
    severity: 'sev2',
    reference: 'OPS-2231',
  }),
  fileException: ({ system, profile, gate, at, until }) => ({
    system,
    profile,
    rule: `gate.${gate}`,
    observed: 'two tests are skipped',
    reason: 'The payment sandbox is down until Monday.',
    startsAt: at,
    until,
    remediation: 'Run both again once the sandbox answers.',
  }),
  extendException: ({ until }) => ({ until, reason: 'The sandbox is still down.' }),
  closeException: () => ({ note: 'All tests pass again', link: 'https://ci.example.org/runs/4711' }),
  withdrawException: () => ({ reason: 'Mended before anybody signed' }),
  exportTrail: ({ system }) => ({ format: 'bundle', system }),
  requestStatement: ({ promotion }) => ({ kind: 'promotion', id: promotion, form: 'in-toto' }),
}

/** What stands in the address of an example, by the names in braces. */
export function examplePath(operation: Operation, sample: Sample): string {
  const values: Record<string, string | number> = sample
  return operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])))
}

const inSingleQuotes = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/**
 * A call as one types it: `curl` with $COUNTERSIGN and $TOKEN from the environment. The body is one line where it fits. A key of its own for each
 * write: the pipeline's job id with the operation, so that trying a job again repeats nothing.
 */
export function curlOf(id: OperationId, sample: Sample = SAMPLE): string {
  const operation: Operation = OPERATIONS[id]
  const query = id === 'getVerdict' ? `?release=${encodeURIComponent(sample.version)}` : ''
  const address = `"$COUNTERSIGN/api/v1${examplePath(operation, sample)}${query}"`
  const bearer = `-H "Authorization: Bearer $TOKEN"`
  if (operation.method === 'get') return `curl ${bearer} \\\n  ${address}`
  if (operation.method === 'delete') return `curl -X DELETE ${bearer} \\\n  ${address}`
  const isPolicy = id === 'applyPolicy'
  const body = EXAMPLE_BODY[id as PostId](sample)
  const line = JSON.stringify(body)
  const key = id === 'recordEvidence' ? sample.gate : id
  return [
    `${isPolicy ? `jq -Rs '{text: ., fileName: "my-app.yaml"}' policies/my-app.yaml |\n` : ''}curl -X POST ${address}`,
    `  ${bearer} -H "Content-Type: application/json"`,
    `  -H "Idempotency-Key: $CI_JOB_ID-${key}"`,
    `  -d ${isPolicy ? '@-' : inSingleQuotes(line.length <= 90 ? line : JSON.stringify(body, null, 2).replaceAll('\n', '\n  '))}`,
  ].join(' \\\n')
}
