import { describe, expect, test } from 'vitest'
import { variantOf } from '@/lib/domain/contract/evaluate'
import { edgeGates } from '@/lib/domain/gate'
import { gatesInto, isProductionLike, resolveManagerKey, resolveProfile } from '@/lib/domain/policy/resolve'
import { idsOf, loadPolicy, named } from './policies'
import { ABILITIES } from './requirements-abilities'

/**
 * The 140 demands of the five documents (requirements.md). Each is read here from the loaded policy, or, where it asks for something
 * that no policy can hold, names the ability and the issue that brings it (ABILITIES). A number missing from both fails the test.
 */
const robodj = loadPolicy('robodj')
const waxwatch = loadPolicy('waxwatch')
const stack = loadPolicy('stack')
const dreichor = loadPolicy('dreichor')

const PREFLIGHT = 'python config/check_runtime_secrets.py --require-env-only'
const edge = (policy: typeof robodj, id: string) => named(policy.edges, id)
const cellsOf = (policy: typeof robodj, id: string) => named(policy.constraints, id).cells
const ownership = (profile: string) => named(robodj.rotation.ownership, profile)
const rotationBook = named(robodj.runbooks, 'key-rotation')
const step = (id: string) => named(rotationBook.items, id)
const deployList = named(waxwatch.checklists, 'deployment')
const stackList = named(stack.checklists, 'deployment')
const profile = (policy: typeof robodj, id: string) => named(policy.profiles, id)
const texts = (list: readonly { text: string }[]) => list.map(({ text }) => text).join(' ')
const group = (id: string) => texts(named(stack.expectations, id).statements)

const DATA: Record<string, () => void> = {
  '000.1': () => expect(robodj.document).toMatchObject({ version: '1.0', appliesTo: ['dev', 'staging', 'prod'] }),
  '000.2': () => {
    for (const one of robodj.profiles)
      for (const key of ['name', 'primaryRuntime', 'launchPath', 'dataSource', 'intendedUsage'] as const) expect(one[key]).toBeTruthy()
  },
  '000.3': () =>
    expect(profile(robodj, 'dev')).toMatchObject({
      primaryRuntime: 'Python 3.x + local scripts',
      launchPath: '`python` / local tooling',
      dataSource: 'Local config + local DB copies',
      intendedUsage: 'Feature/dev validation',
    }),
  '000.4': () =>
    expect(profile(robodj, 'staging')).toMatchObject({
      primaryRuntime: 'Windows launcher + validated config',
      launchPath: 'RoboDJ_Launcher.bat',
      dataSource: 'Staging config snapshots',
      intendedUsage: 'Pre-release verification',
    }),
  '000.5': () => {
    expect(profile(robodj, 'prod')).toMatchObject({
      primaryRuntime: 'Windows launcher + approved release bundle',
      intendedUsage: 'Live operations',
    })
    expect(edge(robodj, 'staging->prod').requiresApprovedBundle).toBe(true)
    expect(edge(robodj, 'dev->staging').requiresApprovedBundle).toBe(false)
  },
  '000.6': () => {
    expect(profile(robodj, 'staging').launchPath).toBe(profile(robodj, 'prod').launchPath)
    expect(robodj.profiles.map(({ snapshots }) => snapshots)).toEqual([false, true, true])
  },
  '000.7': () => {
    expect(robodj.constraints).toHaveLength(5)
    for (const { cells, paths } of robodj.constraints) {
      expect(Object.keys(cells)).toEqual(['dev', 'staging', 'prod'])
      expect(paths.length).toBeGreaterThan(0)
    }
  },
  '000.8': () => {
    expect(named(robodj.constraints, 'config-validation').paths).toEqual(['config/validate_config.py'])
    expect(Object.values(cellsOf(robodj, 'config-validation')).map(({ level, moment }) => [level, moment])).toEqual([
      ['required', 'before-merge'],
      ['required', 'before-release-candidate'],
      ['required', 'before-deployment'],
    ])
  },
  '000.9': () => {
    expect(named(robodj.constraints, 'backup-snapshots').paths).toEqual(['config/backups/'])
    expect(Object.values(cellsOf(robodj, 'backup-snapshots')).map(({ level }) => level)).toEqual(['recommended', 'required', 'required'])
  },
  '000.10': () =>
    expect(Object.values(cellsOf(robodj, 'secret-handling')).map(({ qualifiers }) => qualifiers)).toEqual([
      ['placeholder', 'env-only'],
      ['env-only', 'no plaintext in repo'],
      ['env-only', 'audited'],
    ]),
  '000.11': () => {
    expect(named(robodj.constraints, 'database-files').paths).toEqual(['settings.db', 'user_content.db'])
    for (const cell of Object.values(cellsOf(robodj, 'database-files')))
      expect(cell).toMatchObject({ level: 'read-only', subject: 'agents' })
  },
  '000.12': () => {
    expect(named(robodj.constraints, 'binary-edits').paths).toEqual(['.exe'])
    for (const cell of Object.values(cellsOf(robodj, 'binary-edits'))) expect(cell.level).toBe('forbidden')
  },
  '000.13': () => {
    const levels = new Set(robodj.constraints.flatMap(({ cells }) => Object.values(cells).map(({ level }) => level)))
    expect([...levels].sort()).toEqual(['forbidden', 'read-only', 'recommended', 'required', 'restricted'])
  },
  '000.14': () => {
    const mapping = named(robodj.secrets.mappings, 'secret-key')
    expect(mapping).toMatchObject({ managerKey: 'dgn-dj/<profile>/ROBODJ_SECRET_KEY', variable: 'ROBODJ_SECRET_KEY' })
    expect(resolveManagerKey(mapping, 'staging')).toBe('dgn-dj/staging/ROBODJ_SECRET_KEY')
  },
  '000.15': () =>
    expect(named(robodj.secrets.mappings, 'secret-key').notes).toBe('Primary symmetric secret; rotate as a pair with v2 key.'),
  '000.16': () => {
    expect(named(robodj.secrets.mappings, 'secret-v2-key')).toMatchObject({ requiredIn: ['dev', 'staging', 'prod'] })
    expect(named(robodj.variables, 'ROBODJ_SECRET_V2_KEY').requiredIn).toEqual(['dev', 'staging', 'prod'])
  },
  '000.17': () =>
    expect(named(robodj.secrets.groups, 'key-pair')).toMatchObject({
      members: ['secret-key', 'secret-v2-key'],
      pairing: 'rotate-together',
    }),
  '000.18': () => {
    for (const one of robodj.rotation.ownership) {
      expect(one.owners.slots.length).toBeGreaterThan(0)
      expect(one.approval.slots.length).toBeGreaterThan(0)
      expect(one.fallback?.text).toBeTruthy()
    }
    expect(robodj.rotation.ownership.map((one) => one.profile)).toEqual(['dev', 'staging', 'prod'])
  },
  '000.19': () => {
    const dev = ownership('dev')
    expect(dev.owners).toMatchObject({ mode: 'any', slots: [{ title: 'Feature owner' }, { title: 'Local operator' }] })
    expect(dev.approval.slots.map(({ roles }) => roles)).toEqual([['dev_lead']])
    expect(dev.fallback).toMatchObject({ purposes: ['local-development', 'break-glass-testing'], cleanUp: { text: 'Remove after use.' } })
  },
  '000.20': () => {
    const staging = ownership('staging')
    expect(staging.owners.slots).toMatchObject([{ title: 'Release Manager Agent', agents: ['release-manager-agent'] }])
    expect(staging.approval.slots.map(({ roles }) => roles)).toEqual([['management']])
    expect(staging.fallback).toMatchObject({ normalFlow: 'not-allowed', needs: ['ticket', 'expiry'] })
  },
  '000.21': () => {
    const prod = ownership('prod')
    expect(prod.owners.mode).toBe('all')
    expect(prod.owners.slots.map(({ title }) => title)).toEqual(['Release Manager Agent', 'SecOps Secrets Auditor Agent'])
    expect(prod.approval.slots.map(({ roles }) => roles)).toEqual([['incident_commander', 'production_approver']])
    expect(prod.fallback?.needs).toContain('open-incident')
    expect(prod.fallback?.cleanUp.evidence).toBe(true)
  },
  '000.22': () => {
    expect(robodj.agents.map(({ title }) => title)).toEqual(['Release Manager Agent', 'SecOps Secrets Auditor Agent'])
    expect(robodj.rotation.ownership.map(({ owners }) => owners.mode)).toEqual(['any', 'any', 'all'])
  },
  '000.23': () =>
    expect(named(robodj.secrets.rules, 'no-fallback-files')).toMatchObject({
      level: 'forbidden',
      except: 'Explicit local development, or break-glass.',
    }),
  '000.24': () =>
    expect(edge(robodj, 'dev->staging').gates.map(({ id, kind }) => [id, kind])).toEqual([
      ['config-validation', 'check'],
      ['secret-preflight', 'check'],
      ['docs-updated', 'attestation'],
      ['diff-secrets', 'check'],
    ]),
  '000.25': () =>
    expect(edge(robodj, 'staging->prod').gates.map(({ id, kind }) => [id, kind])).toEqual([
      ['pre-release-checklist', 'checklist'],
      ['secret-preflight', 'check'],
      ['rollback-drill', 'check'],
      ['escalation-contacts', 'attestation'],
    ]),
  '000.26': () => expect(named(edge(robodj, 'dev->staging').gates, 'secret-preflight').command).toBe(PREFLIGHT),
  '000.28': () => {
    const kinds = robodj.edges.flatMap(({ gates }) => gates.map(({ evidenceKind }) => evidenceKind))
    for (const kind of ['command-result', 'document-update', 'diff-scan', 'checklist', 'drill', 'contact-confirmation'])
      expect(kinds).toContain(kind)
  },
  '000.29': () =>
    expect(named(edge(robodj, 'staging->prod').gates, 'rollback-drill')).toMatchObject({
      boundToSnapshotOf: 'prod',
      evidenceKind: 'drill',
    }),
  '000.30': () => {
    expect(named(robodj.checklists, 'pre-release')).toMatchObject({ file: 'PRE_RELEASE_CHECKLIST.md', external: true, items: [] })
    expect(named(edge(robodj, 'staging->prod').gates, 'pre-release-checklist').checklist).toBe('pre-release')
  },
  '000.31': () => expect(robodj.edges.map(({ id }) => id)).toEqual(['dev->staging', 'staging->prod']),
  '000.32': () =>
    expect(robodj.drift).toMatchObject({
      recordedIn: 'release-notes',
      mandatoryFields: ['date-time', 'owner', 'expected-duration', 'remediation-path'],
    }),
  '000.33': () => {
    expect(robodj.contacts.length).toBeGreaterThan(0)
    for (const contact of robodj.contacts) expect(contact.confirmEvery).toBeTruthy()
    expect(named(edge(robodj, 'staging->prod').gates, 'escalation-contacts').validFor).toBe('PT8H')
  },

  '001.1': () => {
    expect(cellsOf(waxwatch, 'env-files').production?.level).toBe('forbidden')
    expect(named(waxwatch.secrets.rules, 'no-env-files')).toMatchObject({ level: 'forbidden', profiles: ['production'] })
  },
  '001.2': () => {
    expect(waxwatch.config.injection.map(({ kind }) => kind)).toEqual(['ci-platform', 'secret-manager', 'process-environment'])
    for (const name of variantOf(waxwatch, 'production', null)?.variables ?? [])
      expect(named(waxwatch.variables, name).definedIn[0]?.kind).toBe('secret')
  },
  '001.3': () =>
    expect(named(waxwatch.config.files, 'env-sample')).toMatchObject({ path: '.env.sample', committed: true, allowedIn: ['dev'] }),
  '001.4': () => {
    expect(named(waxwatch.capabilities, 'discogs')).toMatchObject({ whenMissing: 'disabled', profiles: ['production'] })
    expect(named(waxwatch.classBehaviour, 'provider-credentials').state).toBe('fail-closed')
  },
  '001.5': () => {
    for (const name of ['dev', 'test', 'local'])
      expect(resolveProfile(waxwatch, name)).toMatchObject({ class: 'development', productionLike: false })
    for (const name of ['prod', 'production', 'staging']) expect(resolveProfile(waxwatch, name).productionLike).toBe(true)
    expect(waxwatch.classBehaviour.filter(({ drives }) => drives === 'routes').map(({ state, paths }) => [state, paths])).toEqual([
      ['enabled', ['/api/dev-*']],
      ['disabled', ['/api/dev-*']],
    ])
  },
  '001.6': () =>
    expect(new Set(waxwatch.classBehaviour.map(({ drives }) => drives))).toEqual(new Set(['routes', 'observability', 'secrets'])),
  '001.7': () => {
    expect(resolveProfile(waxwatch, 'qa-europe')).toMatchObject({ profile: null, class: 'production', productionLike: true })
    expect(waxwatch.profileNaming.unknown.unless).toMatchObject({ id: 'expose-dev-routes', needs: ['owner', 'reason'] })
  },
  '001.8': () => {
    expect(named(waxwatch.runbooks, 'local-up').items[0]?.command).toBe('make up')
    expect(named(waxwatch.config.files, 'env-dev').allowedIn).toEqual(['dev'])
    expect(texts(profile(waxwatch, 'dev').characteristics)).toContain('docker-compose.override.yml')
  },
  '001.9': () => {
    expect(waxwatch.deployment.sequence.map(({ command }) => command)).toEqual(['make check-prod-env', 'make migrate-prod', 'make prod-up'])
    expect(deployList.ordered).toBe(true)
  },
  '001.10': () => {
    for (const id of ['migrate-prod', 'prod-up'])
      expect(named(waxwatch.deployment.sequence, id)).toMatchObject({ readsFrom: 'process-environment', forbids: ['env-file'] })
    expect(named(waxwatch.deployment.forbiddenInputs, 'env-file').matches).toContain('.env.prod')
  },
  '001.11': () =>
    expect(variantOf(waxwatch, 'production', null)?.variables).toEqual([
      'DATABASE_URL',
      'AUTH_ISSUER',
      'AUTH_JWKS_URL',
      'TOKEN_CRYPTO_KMS_KEY_ID',
      'DISCOGS_USER_AGENT',
      'DISCOGS_TOKEN',
      'EBAY_CLIENT_ID',
      'EBAY_CLIENT_SECRET',
    ]),
  '001.12': () => {
    expect(variantOf(waxwatch, 'production', 'without-providers')?.variables).toEqual(
      variantOf(waxwatch, 'production', null)?.variables.slice(0, 4),
    )
    expect(named(waxwatch.contractVariants, 'without-providers').override).toMatchObject({
      variable: 'PROD_REQUIRED_ENV_VARS',
      needs: ['who', 'why'],
    })
  },
  '001.13': () => {
    expect(named(waxwatch.variables, 'DISCOGS_USER_AGENT')).toMatchObject({ secret: false, example: 'waxwatch/1.0 (+ops@example.com)' })
    expect(named(waxwatch.variables, 'AUTH_ISSUER').secret).toBe(false)
    expect(named(waxwatch.variables, 'DISCOGS_TOKEN').secret).toBe(true)
  },
  '001.14': () => {
    expect(waxwatch.secrets.mappings).toHaveLength(8)
    for (const { managerKey, variable } of waxwatch.secrets.mappings) expect(managerKey).toBe(`secrets.${variable}`)
  },
  '001.15': () => {
    const top = deployList.items.filter(({ parent }) => parent === undefined)
    expect(top.map(({ number }) => number)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8'])
    expect(named(deployList.items, 'ci-green').does).toEqual(['lint', 'typecheck', 'tests', 'migrations'])
    expect(named(deployList.items, 'smoke').does).toEqual(['/healthz', '/readyz', 'critical API path'])
    expect(named(deployList.items, 'slo-dashboards').does).toHaveLength(4)
    expect(waxwatch.deployment).toMatchObject({ checklist: 'deployment', checklistProfiles: ['production'] })
  },
  '001.16': () => {
    expect(deployList.items.filter(({ parent }) => parent === undefined).map(({ phase }) => phase)).toEqual([
      'before',
      'before',
      'before',
      'before',
      'during',
      'during',
      'after',
      'after',
    ])
    expect(named(deployList.items, 'check-prod-env').ranIn).toBe('deploy runtime')
    expect(deployList.items.filter(({ parent }) => parent === 'observability')).toHaveLength(2)
    expect(new Set(deployList.items.map(({ evidence }) => evidence)).size).toBeGreaterThan(2)
  },
  '001.17': () =>
    expect(waxwatch.changeSynchronisation[0]).toMatchObject({
      when: ['new environment variables', 'CI/test commands', 'Make targets'],
      update: ['.env.sample', 'Makefile', '.github/workflows/ci.yml', 'CONTRIBUTING.md'],
      also: ['any affected docs'],
      together: 'same-pull-request',
    }),
  '001.18': () => {
    const commands = ['python scripts/check_change_surface.py', 'python scripts/check_env_sample.py']
    expect(waxwatch.changeSynchronisation[0]?.checks).toEqual(commands)
    for (const id of ['staging', 'production'])
      for (const command of commands) expect(gatesInto(waxwatch, id).map(({ gate }) => gate.command)).toContain(command)
  },

  '002.1': () => expect(stack.document).toMatchObject({ status: 'Starting', kind: 'contract' }),
  '002.2': () => {
    expect(stack.document.scope?.inScope).toHaveLength(6)
    expect(stack.document.scope?.outOfScope).toHaveLength(3)
    expect(idsOf(stack.nonGoals)).toEqual(['per-developer-config', 'plaintext-secrets', 'business-logic'])
  },
  '002.3': () => {
    expect(stack.document.dependsOn).toHaveLength(8)
    expect(stack.document.onConflict?.action).toBe('stop')
  },
  '002.4': () => expect(stack.document.definitions.map(({ term }) => term)).toEqual(['Environment', 'Config', 'Secret', 'Reproducible']),
  '002.5': () => {
    expect(idsOf(stack.profiles)).toEqual(['local', 'ci', 'staging', 'production'])
    for (const one of stack.profiles) expect(one.characteristics.length).toBeGreaterThan(0)
  },
  '002.6': () => expect(idsOf(profile(stack, 'local').characteristics)).toEqual(['compose', 'env-local', 'seeded', 'debug-logging']),
  '002.7': () => {
    expect(profile(stack, 'ci')).toMatchObject({ class: 'verification', deployable: false })
    expect(idsOf(profile(stack, 'ci').characteristics)).toEqual(['no-interactive', 'ephemeral', 'minimal-secrets', 'builds'])
  },
  '002.8': () => {
    expect(profile(stack, 'staging').class).toBe('pre-production')
    expect(named(profile(stack, 'staging').characteristics, 'integrations').when?.text).toBe('only if safe and isolated')
    expect(named(stack.migrations, 'staging')).toMatchObject({ direction: 'forward-only', mode: 'automatic' })
  },
  '002.9': () => expect(idsOf(profile(stack, 'production').characteristics)).toEqual(['secret-store', 'monitoring', 'hardening']),
  '002.10': () => {
    expect(idsOf(stack.topology.services)).toEqual(['api', 'db', 'cache', 'worker', 'scheduler', 'web'])
    expect(named(stack.topology.services, 'scheduler').optional).toBe(true)
    expect(named(stack.topology.services, 'cache').technology).toBe('Redis')
  },
  '002.11': () => {
    const needs = (id: string) => named(stack.topology.services, id).dependsOn.map(({ service }) => service)
    for (const id of ['api', 'worker', 'scheduler']) expect(needs(id)).toEqual(['db', 'cache'])
    expect(named(stack.topology.services, 'web').dependsOn).toEqual([{ service: 'api', when: 'runtime' }])
  },
  '002.12': () => {
    for (const id of ['db', 'cache']) expect(named(stack.topology.services, id).visibility).toBe('private')
    for (const id of ['api', 'web'])
      expect(named(stack.topology.services, id)).toMatchObject({ visibility: 'public', behind: { profiles: ['staging', 'production'] } })
  },
  '002.13': () => {
    const ports = stack.topology.services.flatMap((service) => service.ports.map((port) => ({ service: service.id, ...port })))
    expect(ports.map(({ service, port }) => [service, port])).toEqual([
      ['api', 8000],
      ['db', 5432],
      ['cache', 6379],
      ['web', 5173],
      ['web', 80],
    ])
    for (const port of ports) expect(port).toMatchObject({ overridable: true, profiles: ['local'] })
  },
  '002.14': () => expect(named(stack.topology.notes, 'single-worker').when?.text).toContain('single worker process'),
  '002.15': () =>
    expect(idsOf(stack.config.principles)).toEqual([
      'one-model',
      'fail-fast',
      'no-secrets-in-logs',
      'safe-defaults',
      'documented',
      'no-critical-defaults',
    ]),
  '002.16': () =>
    expect(stack.config.precedence.map(({ id, onlyIn }) => [id, onlyIn])).toEqual([
      ['environment', undefined],
      ['dotenv', ['local']],
      ['defaults', ['local']],
    ]),
  '002.17': () => {
    for (const variable of stack.variables.filter(({ critical }) => critical))
      for (const id of ['ci', 'staging', 'production']) expect(variable.defaultAllowedIn).not.toContain(id)
    expect(cellsOf(stack, 'default-values').production?.level).toBe('forbidden')
  },
  '002.18': () => {
    const { pattern, when } = stack.config.naming ?? { pattern: 'missing', when: undefined }
    for (const { name } of stack.variables) expect(name).toMatch(new RegExp(pattern))
    expect('api_database_url').not.toMatch(new RegExp(pattern))
    expect(when?.text).toBe('when shared repo is used')
  },
  '002.19': () => {
    expect(idsOf(stack.config.categories)).toEqual(['runtime', 'database', 'security', 'observability', 'feature-flags', 'limits'])
    expect(named(stack.config.categories, 'feature-flags').defaultText).toContain('off in production')
  },
  '002.20': () => {
    for (const name of ['API__DATABASE_URL', 'API__REDIS_URL', 'API__JWT_ISSUER', 'API__JWT_AUDIENCE', 'API__JWT_PRIVATE_KEY'])
      expect(named(stack.variables, name).requiredIn).toEqual(['ci', 'staging', 'production'])
    expect(named(stack.variables, 'API__CORS_ORIGINS').requiredWhen?.text).toBe('if applicable')
    expect(named(stack.secrets.rules, 'external-keys').when?.text).toBe('if enabled')
  },
  '002.21': () => expect(idsOf(stack.secrets.counts)).toEqual(['credentials', 'database-credentials', 'encryption-keys']),
  '002.22': () =>
    expect(idsOf(stack.secrets.rules).slice(0, 4)).toEqual(['not-in-git', 'not-in-logs', 'not-in-bundles', 'rotation-without-code']),
  '002.23': () =>
    expect(stack.secrets.storage.map(({ profiles, injection }) => [profiles, injection])).toEqual([
      [['local'], 'env-or-file'],
      [['ci'], 'env-only'],
      [['staging', 'production'], 'env-only'],
    ]),
  '002.24': () => {
    expect(stack.rotation.methods.map(({ method }) => method)).toEqual(['kid', 'dual-credentials', 'replace-then-revoke'])
    expect(named(stack.rotation.methods, 'signing-keys').when?.text).toBe('when JWT is used')
  },
  '002.25': () => {
    expect(named(stack.artefact.kinds, 'backend').forms).toEqual(['Container image'])
    expect(stack.artefact.reference).toMatchObject({ immutable: true, labels: 'Optional semantic tag (if release).' })
    expect(stack.artefact.reference.accepts).toContain('git-sha-tag')
  },
  '002.26': () => expect(named(stack.artefact.kinds, 'frontend').forms).toHaveLength(2),
  '002.27': () => {
    expect(stack.artefact.stamping?.fields).toEqual(['GIT_SHA', 'BUILD_DATE', 'APP_VERSION'])
    expect(stack.artefact.stamping?.shownIn).toHaveLength(2)
  },
  '002.28': () =>
    expect(idsOf(named(stack.expectations, 'ci').statements).slice(0, 3)).toEqual(['deterministic', 'same-graph', 'no-developer-state']),
  '002.29': () => expect(idsOf(edge(stack, 'ci->staging').gates)).toEqual(['lint-types', 'unit-tests', 'docs-guards', 'migration-checks']),
  '002.30': () => expect(named(named(stack.expectations, 'ci').statements, 'caching')).toMatchObject({ level: 'restricted' }),
  '002.31': () => {
    for (const rule of stack.migrations) expect(rule.direction).toBe('forward-only')
    expect(idsOf(named(stack.migrations, 'production').options)).toEqual(['guarded-job', 'runbook'])
  },
  '002.32': () =>
    expect(stack.rollback).toMatchObject({
      application: 'backward-compatible-schema',
      preferred: expect.stringContaining('corrective migration'),
    }),
  '002.33': () => {
    expect(named(stack.seedData, 'local').level).toBe('allowed')
    expect(named(stack.seedData, 'staging')).toMatchObject({ level: 'optional', data: 'synthetic' })
    expect(named(stack.seedData, 'production')).toMatchObject({ level: 'forbidden', except: 'Controlled admin flows.' })
  },
  '002.34': () => {
    expect(named(stack.topology.endpoints, 'health')).toMatchObject({ path: '/health', purpose: 'liveness' })
    expect(named(stack.topology.endpoints, 'ready')).toMatchObject({ path: '/ready', purpose: 'readiness', checks: ['db', 'cache'] })
  },
  '002.35': () => expect(idsOf(stack.topology.startOrder)).toEqual(['dependencies-first', 'web-alone']),
  '002.36': () => {
    expect(idsOf(named(stack.expectations, 'logging').statements)).toEqual(['structured', 'correlation', 'audit'])
    expect(named(named(stack.expectations, 'logging').statements, 'structured').profiles).toEqual(['staging', 'production'])
  },
  '002.37': () => {
    expect(group('metrics')).toContain('latency, error rates, queue depth')
    expect(named(named(stack.expectations, 'metrics').statements, 'tracing').level).toBe('recommended')
  },
  '002.38': () =>
    expect(idsOf(named(stack.expectations, 'developer-workflow').statements)).toEqual([
      'powershell',
      'ascii',
      'one-command',
      'hot-reload',
      'reset',
      'compose-up',
    ]),
  '002.39': () =>
    expect(stack.config.files.map(({ path, committed }) => [path, committed])).toEqual([
      ['.env.example', true],
      ['.env.local', false],
    ]),
  '002.40': () => expect(idsOf(stack.topology.ingress)).toEqual(['tls', 'route-api', 'static']),
  '002.41': () => {
    expect(named(stack.topology.services, 'api').scaling?.text).toBe('Scale horizontally.')
    expect(named(stack.topology.services, 'worker').scaling?.text).toBe('Scale by queue depth.')
    for (const id of ['db', 'cache']) expect(named(stack.topology.services, id).scaling?.level).toBe('recommended')
  },
  '002.42': () => {
    expect(idsOf(stack.isolation.rules)).toEqual(['resources', 'databases', 'credentials'])
    for (const resource of stack.isolation.resources) expect(resource.unique).toBe(true)
  },
  '002.43': () => {
    const list = named(stack.expectations, 'hardening').statements
    expect(idsOf(list)).toEqual(['least-privilege', 'cors', 'headers', 'rate-limiting', 'sbom'])
    expect(list.map(({ level }) => level)).toEqual(['required', 'required', 'required', 'required', 'recommended'])
  },
  '002.44': () => {
    expect(idsOf(stack.acceptance)).toEqual(['matrix', 'config', 'secrets', 'topology', 'local-ci'])
    for (const { by } of stack.acceptance) expect(by.length).toBeGreaterThan(0)
  },
  '002.45': () => {
    expect(stack.variables.filter(({ secret }) => secret).map(({ name }) => name)).toEqual([
      'API__DATABASE_URL',
      'API__REDIS_URL',
      'API__JWT_PRIVATE_KEY',
      'WORKER__DATABASE_URL',
      'WORKER__REDIS_URL',
    ])
    expect(stack.variables).toHaveLength(14)
  },
  '002.46': () => {
    expect(idsOf(stackList.items)).toEqual([
      'validate',
      'migrate',
      'deploy-api',
      'deploy-worker',
      'deploy-web',
      'smoke',
      'monitor',
      'record',
    ])
    expect(stackList.ordered).toBe(true)
    expect(named(stackList.items, 'migrate').variants.map(({ when }) => when?.profiles)).toEqual([
      ['staging'],
      ['production'],
      ['production'],
    ])
  },

  '003.1': () =>
    expect(robodj.secrets.mappings.map(({ variable, fallbackFile }) => [variable, fallbackFile])).toEqual([
      ['ROBODJ_SECRET_KEY', 'secret.key'],
      ['ROBODJ_SECRET_V2_KEY', 'secret_v2.key'],
    ]),
  '003.2': () =>
    expect(rotationBook.items.filter(({ phase }) => phase === 'prerequisite').map(({ id }) => id)).toEqual([
      'admin-access',
      'env-identified',
      'broadcasts',
    ]),
  '003.3': () => expect(rotationBook.window).toMatchObject({ expected: 'PT5M', onCalendar: true }),
  '003.4': () => {
    const numbered = rotationBook.items.filter(({ phase, number }) => phase === 'before' && number !== undefined)
    expect(idsOf(numbered)).toEqual(['announce', 'snapshot', 'env-definitions', 'no-active-agents'])
    expect(step('snapshot').command).toBe('python config/scripts/startup_safety.py --snapshot')
  },
  '003.5': () => expect(step('announce').when?.profiles).toEqual(['prod']),
  '003.6': () => expect(named(robodj.config.files, 'env-contract').path).toBe('config/env_contract.json'),
  '003.7': () => {
    expect(rotationBook.method).toBe('shift-pair')
    expect(robodj.rotation.methods[0]?.text).toContain('shifting the primary key to the secondary slot')
  },
  '003.8': () => {
    expect(rotationBook.ordered).toBe(true)
    expect(idsOf(rotationBook.items.filter(({ phase }) => phase === 'during'))).toEqual(['stop', 'rotate', 'restart'])
  },
  '003.9': () => {
    for (const id of ['stop', 'restart']) {
      expect(idsOf(step(id).variants)).toEqual(['windows', 'docker'])
      for (const variant of step(id).variants) expect(variant.command).toBeTruthy()
    }
  },
  '003.10': () =>
    expect(step('rotate')).toMatchObject({
      command: 'python scripts/rotate_keys.py --env production',
      workingDirectory: 'Project root',
      byHand: { allowed: true },
    }),
  '003.11': () => expect(step('rotate').does).toHaveLength(3),
  '003.12': () => {
    expect(idsOf(rotationBook.items.filter(({ phase }) => phase === 'after'))).toEqual(['key-integrity', 'dashboard', 'config-save'])
    expect(step('key-integrity').expected).toBe('Key presence/integrity check: PASS')
    expect(step('dashboard').when?.text).toBe('if applicable')
  },
  '003.13': () => expect(idsOf(rotationBook.rollbackTriggers)).toEqual(['boot-failure', 'decryption-errors']),
  '003.14': () => {
    expect(idsOf(rotationBook.items.filter(({ phase }) => phase === 'rollback'))).toEqual([
      'rollback-stop',
      'restore-secrets',
      'restore-config',
      'rollback-restart',
      'log-incident',
    ])
    expect(step('restore-config')).toMatchObject({
      command: 'python config/scripts/startup_safety.py --guided-restore',
      when: { text: 'if config corruption is suspected' },
    })
  },
  '003.15': () => expect(step('restore-secrets').refersTo).toBe(rotationBook.items.find(({ number }) => number === '3.2')?.id),
  '003.16': () => expect(step('values-captured')).toMatchObject({ captures: { as: 'reference' }, phase: 'before' }),
  '003.17': () =>
    expect(idsOf(rotationBook.states)).toEqual([
      'planned',
      'announced',
      'snapshot-taken',
      'services-stopped',
      'rotated',
      'restarted',
      'verified',
      'rolled-back',
      'incident-logged',
    ]),
  '003.18': () => expect(step('old-v2-unused')).toMatchObject({ phase: 'before', derived: expect.stringContaining('overwrites') }),
  '003.19': () => expect(rotationBook.onFailure).toMatchObject({ incident: true, postmortem: 'Postmortem template' }),

  '004.1': () => {
    expect(dreichor.document.normative).toBe(true)
    expect(dreichor.document.precedence).toContain('this document wins')
    expect(dreichor.document.onConflict?.action).toBe('document-wins')
  },
  '004.2': () => expect(idsOf(dreichor.document.mustSay)).toEqual(['required', 'where', 'separation', 'immutable', 'components']),
  '004.3': () => {
    expect(idsOf(dreichor.profiles)).toEqual(['dev', 'prod'])
    expect(dreichor.edges.map(({ id }) => id)).toEqual(['dev->prod'])
  },
  '004.4': () => {
    expect(dreichor.isolation.resources.filter(({ unique }) => unique).map(({ id }) => id)).toEqual([
      'database',
      'persistence-directories',
      'runtime-container',
      'deploy-agent',
      'cloudflare-access-policy',
    ])
    expect(named(dreichor.isolation.rules, 'never-share-state').level).toBe('forbidden')
  },
  '004.5': () => expect(named(dreichor.config.principles, 'out-of-band').text).toContain('stable and reviewable'),
  '004.6': () => {
    const actions = named(dreichor.config.components, 'github-actions')
    expect(actions.may).toHaveLength(3)
    expect(actions.mustNot).toContain('Carry ad-hoc, per-run runtime behavior decisions')
  },
  '004.7': () => {
    expect(named(dreichor.config.injection, 'github-environments').status).toBe('recommended')
    expect(named(dreichor.config.injection, 'server-side').status).toBe('possible-later')
    for (const { definedIn } of dreichor.variables) expect(definedIn[0]?.place).toContain('GitHub Environment')
  },
  '004.8': () => {
    const groups = new Map<string, string[]>()
    for (const variable of dreichor.variables) groups.set(variable.group, [...(groups.get(variable.group) ?? []), variable.name])
    expect([...groups]).toEqual([
      ['Identity & Determinism', ['RUNTIME_INSTANCE_ID', 'LOGICAL_TIME_SOURCE']],
      ['Execution & Safety', ['EXECUTION_PLANE', 'EXCHANGE_PROVIDER', 'SAFETY_MODE']],
      ['Persistence & Storage', ['PERSISTENCE_MODE', 'SNAPSHOT_STRATEGY', 'ENABLE_AUDIT_LOGGING']],
      ['Database', ['DATABASE_URL']],
      ['Logging', ['LOG_LEVEL']],
    ])
  },
  '004.9': () =>
    expect(named(dreichor.capabilities, 'startup')).toMatchObject({
      whenMissing: 'startup-failure',
      needs: dreichor.variables.map(({ name }) => name),
    }),
  '004.10': () =>
    expect(named(dreichor.variables, 'EXECUTION_PLANE').validators).toEqual([
      { kind: 'one-of', values: ['paper'], phases: ['phase-1.x', 'phase-1.5', 'phase-2'], open: false },
    ]),
  '004.11': () =>
    expect(named(dreichor.variables, 'ENABLE_AUDIT_LOGGING')).toMatchObject({ validators: [{ kind: 'boolean' }], defaultAllowedIn: [] }),
  '004.12': () => expect(named(dreichor.variables, 'DATABASE_URL').validators).toContainEqual({ kind: 'prefix', value: 'postgres://' }),
  '004.13': () => {
    expect(dreichor.variables).toHaveLength(10)
    for (const variable of dreichor.variables) expect(variable).toMatchObject({ owner: 'environment', mutability: 'immutable' })
    expect(named(dreichor.config.principles, 'governed-change').text).toContain('governed change')
  },
  '004.14': () => {
    for (const { deliveredBy } of dreichor.variables) expect(deliveredBy).toContain('Deploy Agent request')
  },
  '004.15': () => {
    expect(
      dreichor.deployment.allowedInputs.map(({ id, required, immutable, informational }) => [id, required, immutable, informational]),
    ).toEqual([
      ['image', true, true, false],
      ['env', false, false, false],
      ['label', false, false, true],
    ])
    expect(dreichor.deployment.otherInputs).toBe('violation')
    expect(dreichor.artefact.reference.mutableTags).toContain('latest')
  },
  '004.16': () => {
    expect(dreichor.config.components.map(({ id, validates }) => [id, validates])).toEqual([
      ['github-actions', false],
      ['deploy-agent', false],
      ['runtime', true],
    ])
    for (const { enforcedBy } of dreichor.variables) expect(enforcedBy).toBe('The runtime, at startup')
  },
  '004.17': () => {
    expect(idsOf(dreichor.deployment.validation).slice(0, 3)).toEqual(['present', 'valid', 'abort'])
    expect(cellsOf(dreichor, 'startup-validation').prod?.qualifiers).toEqual(['no defaults', 'no inference', 'no silent fallback'])
    for (const { defaultAllowedIn } of dreichor.variables) expect(defaultAllowedIn).toEqual([])
  },
  '004.18': () => expect(named(dreichor.deployment.validation, 'failed-deployment').text).toContain('failed deployment'),
  '004.19': () =>
    expect(named(dreichor.deployment.failureSignatures, 'restart-loop')).toMatchObject({
      failureClass: 'invalid-environment',
      endsWhen: expect.any(String),
    }),
  '004.20': () => {
    expect(Object.values(cellsOf(dreichor, 'execution-plane')).map(({ text }) => text)).toEqual(['paper', 'paper'])
    expect(named(dreichor.isolation.resources, 'database').values).toEqual({ dev: 'dreichor_dev', prod: 'dreichor_prod' })
    expect(named(dreichor.isolation.resources, 'persistence-directories').values).toEqual({
      dev: '/opt/dreichor/dev/...',
      prod: '/opt/dreichor/prod/...',
    })
    expect(named(dreichor.isolation.resources, 'deploy-agent-port').values.prod).toBe('(server-defined)')
  },
  '004.21': () => {
    expect(idsOf(dreichor.nonGoals)).toEqual(['dynamic-reconfiguration', 'mutation-via-api', 'per-run-secrets', 'shared-containers'])
    for (const { level } of dreichor.nonGoals) expect(level).toBe('forbidden')
  },
  '004.22': () =>
    expect(dreichor.assurances.map(({ kind }) => kind)).toEqual([
      'guarantees',
      'guarantees',
      'guarantees',
      'guarantees',
      'prevents',
      'prevents',
      'prevents',
    ]),
  '004.23': () => {
    expect(dreichor.document.statusFields.map(({ value }) => value)).toEqual([
      '1.5 / 2 compatible',
      'NOT ENABLED',
      'Environment-owned only',
    ])
    expect(named(dreichor.phases?.enforced ?? [], 'live-not-enabled').level).toBe('forbidden')
  },
  '004.24': () => expect(dreichor.deployment.targetIdentity).toMatchObject({ variable: 'RUNTIME_INSTANCE_ID', labelInput: 'label' }),
}

/** How many demands each document makes (requirements.md). */
const COUNTS = { '000': 33, '001': 18, '002': 46, '003': 19, '004': 24 }
const ALL = Object.entries(COUNTS).flatMap(([document, count]) => Array.from({ length: count }, (_, index) => `${document}.${index + 1}`))

test('all 140 demands of the five documents are listed, and nothing else', () => {
  expect(ALL).toHaveLength(140)
  expect(ALL.filter((id) => !(id in DATA) && !(id in ABILITIES))).toEqual([])
  expect([...Object.keys(DATA), ...Object.keys(ABILITIES)].filter((id) => !ALL.includes(id))).toEqual([])
})

describe('a demand is data of the loaded policy', () => {
  test.each(Object.entries(DATA))('%s', (_id, read) => read())
})

describe('a demand that no policy can hold names its ability and its issue', () => {
  test.each(Object.entries(ABILITIES))('%s', (_id, { ability, issue }) => {
    expect(ability.length).toBeGreaterThan(20)
    expect(issue).toBeGreaterThanOrEqual(2)
  })
})

test('000.8: what must hold before a deployment is a gate of the edge', () => {
  expect(edgeGates(robodj, edge(robodj, 'staging->prod')).map(({ id }) => id)).toContain('config-validation')
  expect(edgeGates(waxwatch, edge(waxwatch, 'staging->production')).filter(({ id }) => id === 'check-prod-env')).toHaveLength(1)
})

test('001.7, 000.21: classes and sign-off towards production-like profiles', () => {
  for (const policy of [robodj, waxwatch, stack, dreichor])
    for (const one of policy.edges) {
      const target = named(policy.profiles, one.to)
      expect(isProductionLike(target.class)).toBe(true)
      expect(one.signOff.contributorsMaySign).toBe(false)
      const roles = one.signOff.slots.map((slot) => slot.roles.join(' or '))
      expect(roles.slice(0, 3)).toEqual(target.class === 'production' ? ['release_manager', 'secops', 'management'] : ['release_manager'])
    }
  expect(edge(robodj, 'staging->prod').signOff.slots.at(-1)).toMatchObject({
    title: 'Production approver',
    roles: ['production_approver', 'incident_commander'],
    order: 'last',
  })
})
