import { z } from 'zod'
import { Condition, Id, Level, PathName, Pattern, ProfileId, rule, Statement, Text, VariableName } from './basics'

export const Service = rule('Service', 'A logical service of the system.', {
  id: Id,
  title: Text,
  technology: Text.optional(),
  role: Text,
  optional: z.boolean().default(false),
  dependsOn: z.array(z.strictObject({ service: Id, when: z.enum(['startup', 'runtime']) })).default([]),
  visibility: z.enum(['private', 'public']),
  behind: z
    .strictObject({ what: Text, profiles: z.array(ProfileId).min(1) })
    .optional()
    .describe('What stands in front of a public service, and where.'),
  ports: z
    .array(
      z.strictObject({
        port: z.int().min(1).max(65_535),
        mode: Text.optional(),
        profiles: z.array(ProfileId).min(1),
        overridable: z.boolean(),
      }),
    )
    .default([]),
  scaling: z.strictObject({ text: Text, level: Level }).optional(),
})

export const Endpoint = rule('Endpoint', 'An address a probe or a person asks.', {
  id: Id,
  path: z.string().startsWith('/').max(200),
  purpose: z.enum(['liveness', 'readiness', 'version', 'critical-path']),
  meaning: Text,
  service: Id.optional(),
  checks: z.array(Id).default([]).describe('Services whose reachability it reports.'),
})

export const Topology = z
  .strictObject({
    services: z.array(Service).default([]),
    endpoints: z.array(Endpoint).default([]),
    startOrder: z.array(Statement).default([]),
    network: z.array(Statement).default([]),
    ingress: z.array(Statement).default([]),
    notes: z.array(Statement).default([]),
  })
  .meta({ id: 'Topology', description: 'Services, dependencies, ports, exposure.' })

export const ConfigStrategy = z
  .strictObject({
    principles: z.array(Statement).default([]),
    precedence: z
      .array(
        rule('PrecedenceStep', 'Where a value comes from; higher entries win.', {
          id: Id,
          text: Text,
          onlyIn: z.array(ProfileId).optional(),
        }),
      )
      .default([])
      .describe('Highest first.'),
    naming: rule('VariableNaming', 'How variables are named.', {
      pattern: Pattern.describe('A pattern every variable of this policy matches.'),
      prefixes: z.array(z.strictObject({ prefix: z.string().min(1).max(32), service: Text })).default([]),
      when: Condition.optional(),
      text: Text,
    }).optional(),
    categories: z
      .array(
        rule('ConfigCategory', 'A kind of setting.', {
          id: Id,
          title: Text,
          covers: z.array(Text),
          defaultText: Text.optional().describe('For example: off in production unless specified.'),
        }),
      )
      .default([]),
    files: z
      .array(
        rule('ConfigFile', 'A file with settings: whether it is committed and where it may be used.', {
          id: Id,
          path: PathName,
          committed: z.boolean().optional(),
          use: Text,
          allowedIn: z.array(ProfileId).describe('Profiles on which a runtime may read it. Anywhere else it is forbidden.'),
        }),
      )
      .default([]),
    injection: z
      .array(
        rule('InjectionSource', 'A permitted way by which values reach the runtime.', {
          id: Id,
          kind: z.enum(['ci-platform', 'secret-manager', 'process-environment', 'deploy-agent', 'server']),
          text: Text,
          examples: z.array(Text).default([]),
          profiles: z.array(ProfileId).optional(),
          status: z.enum(['current', 'recommended', 'possible-later']).default('current'),
        }),
      )
      .default([]),
    components: z
      .array(
        rule('ComponentRights', 'What one component may do with the configuration, and what it must not.', {
          id: Id,
          component: Text,
          may: z.array(Text).default([]),
          mustNot: z.array(Text).default([]),
          validates: z.boolean().describe('Whether this component judges values. Enforcement and transport can be different components.'),
        }),
      )
      .default([]),
    overrides: z
      .array(rule('OverrideVariable', 'A variable that changes the contract itself.', { id: Id, variable: VariableName, text: Text }))
      .default([]),
  })
  .meta({ id: 'ConfigStrategy', description: 'Where settings come from, how they are named, who may do what with them.' })
