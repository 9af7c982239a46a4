import type { ContractContext } from '@/lib/domain/contract/evaluate'
import type { ValueLayer } from '@/lib/domain/contract/values'

/** A made-up environment of one profile: what the runtime of a system would read if all were well. No value here is real. */
export type Environment = { slug: string; profile: string; source: string; values: Readonly<Record<string, string>> }

const dreichor = (profile: string): Environment => ({
  slug: 'dreichor',
  profile,
  source: 'github-environments',
  values: {
    RUNTIME_INSTANCE_ID: `dreichor-${profile}-01`,
    LOGICAL_TIME_SOURCE: 'monotonic',
    EXECUTION_PLANE: 'paper',
    EXCHANGE_PROVIDER: 'kraken-sandbox',
    SAFETY_MODE: 'strict',
    PERSISTENCE_MODE: 'filesystem',
    SNAPSHOT_STRATEGY: 'hourly',
    ENABLE_AUDIT_LOGGING: 'true',
    DATABASE_URL: `postgres://runtime@db.internal/dreichor_${profile}`,
    LOG_LEVEL: 'info',
  },
})

const robodj = (profile: string, env: string): Environment => ({
  slug: 'robodj',
  profile,
  source: 'environment',
  values: { ROBODJ_SECRET_KEY: `made-up-${profile}-one`, ROBODJ_SECRET_V2_KEY: `made-up-${profile}-two`, ROBODJ_ENV: env },
})

const stack = (profile: string, source: string): Environment => ({
  slug: 'stack',
  profile,
  source,
  values: {
    API__ENV: profile,
    API__BASE_URL: 'https://api.stack.internal',
    API__DATABASE_URL: 'postgresql://api@db.internal/stack',
    API__REDIS_URL: 'redis://cache.internal:6379/0',
    API__JWT_ISSUER: 'https://auth.stack.internal',
    API__JWT_AUDIENCE: 'stack-api',
    API__JWT_PRIVATE_KEY: 'made up in a test and good for nothing',
    API__CORS_ORIGINS: 'https://stack.internal',
    API__LOG_LEVEL: 'info',
    WEB__PUBLIC_API_BASE_URL: 'https://api.stack.internal',
    WEB__LOG_LEVEL: 'warn',
    WORKER__DATABASE_URL: 'postgresql://worker@db.internal/stack',
    WORKER__REDIS_URL: 'redis://cache.internal:6379/1',
    WORKER__CONCURRENCY: '4',
  },
})

const waxwatch: Environment = {
  slug: 'waxwatch',
  profile: 'production',
  source: 'github-actions',
  values: {
    DATABASE_URL: 'postgresql+psycopg://app@db.internal/waxwatch',
    AUTH_ISSUER: 'https://waxwatch.auth.internal/v1',
    AUTH_JWKS_URL: 'https://waxwatch.auth.internal/v1/jwks.json',
    TOKEN_CRYPTO_KMS_KEY_ID: 'arn:aws:kms:eu-central-1:000000000000:key/k1',
    DISCOGS_USER_AGENT: 'waxwatch/1.0 (+ops@waxwatch.internal)',
    DISCOGS_TOKEN: 'made up for discogs',
    EBAY_CLIENT_ID: 'made up id for ebay',
    EBAY_CLIENT_SECRET: 'made up for ebay',
    ENVIRONMENT: 'production',
  },
}

/** An environment in order for every profile that has a contract. */
export const GOOD: readonly Environment[] = [
  dreichor('dev'),
  dreichor('prod'),
  robodj('dev', 'dev'),
  robodj('staging', 'staging'),
  robodj('prod', 'production'),
  stack('ci', 'github-actions'),
  stack('staging', 'secret-store'),
  stack('production', 'secret-store'),
  waxwatch,
]

/** The good environment of a system's profile. */
export function good(slug: string, profile: string): Environment {
  const found = GOOD.find((each) => each.slug === slug && each.profile === profile)
  if (!found) throw new Error(`There is no environment of ${slug} ${profile}`)
  return found
}

/** The one layer of an environment, with some values replaced; undefined takes one away. */
export function layersOf(environment: Environment, changes: Readonly<Record<string, string | undefined>> = {}): ValueLayer[] {
  return [{ kind: 'environment', source: environment.source, values: { ...environment.values, ...changes } }]
}

/** The context of a profile with nothing chosen or answered. */
export const at = (profile: string, more: Partial<ContractContext> = {}): ContractContext => ({
  profile,
  variant: null,
  conditions: {},
  ...more,
})
