// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the samples show placeholders the way people paste them

/**
 * Made-up secrets and harmless look-alikes. Every secret is put together at run time from a seeded generator, so that the
 * repository holds no literal that a scanner would flag and no value that could ever have been real.
 */
export type Draw = { text: (length: number, alphabet?: string) => string; upTo: (most: number) => number }

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const DIGITS = '0123456789'
export const ALNUM = LOWER + UPPER + DIGITS
export const HEX = '0123456789abcdef'

/** A small seeded generator (mulberry32): the same samples on every machine. */
export function drawFrom(seed: number): Draw {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const upTo = (most: number) => Math.floor(next() * most)
  return { upTo, text: (length, alphabet = ALNUM) => Array.from({ length }, () => alphabet[upTo(alphabet.length)]).join('') }
}

const b64 = (text: string): string => btoa(text)
const b64url = (text: string): string => btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
const pem = (d: Draw, kind: string): string => {
  const edge = (side: string) => ['-----', side, ' ', kind, 'PRIVATE', ' KEY-----'].join('')
  return [
    edge('BEGIN'),
    ...Array.from({ length: 6 }, (_, line) => (line === 0 ? 'MII' : d.text(3)) + d.text(61, `${ALNUM}+/`)),
    edge('END'),
  ].join('\n')
}
const jwt = (d: Draw): string =>
  `${b64url('{"alg":"HS256","typ":"JWT"}')}.${b64url(`{"sub":"${d.text(10)}","iat":1700000000}`)}.${d.text(43)}`
const password = (d: Draw): string => `${d.text(5, LOWER)}${d.text(2, UPPER)}${d.text(3, DIGITS)}!${d.text(3)}`

/** One maker for each format; the value it returns is the whole text a person would paste. */
export const SECRETS: Record<string, (d: Draw) => string> = {
  'our own API token': (d) => `csn_${d.text(30)}${d.text(6)}`,
  'PostgreSQL address with a driver': (d) => `postgresql+psycopg://waxwatch:${d.text(14)}@db.internal:5432/waxwatch`,
  'PostgreSQL address': (d) => `postgres://app:${d.text(9)}@localhost/app`,
  'MySQL address': (d) => `mysql://root:${password(d)}@10.0.0.5:3306/main`,
  'MongoDB address': (d) => `mongodb+srv://svc:${d.text(16)}@cluster0.mongodb.net/?retryWrites=true`,
  'Redis address without a user': (d) => `redis://:${d.text(20)}@cache:6379/0`,
  'AMQP address': (d) => `amqps://worker:${d.text(12)}@mq.internal/vhost`,
  'web address with basic credentials': (d) => `https://deploy:${d.text(12)}@registry.internal/v2/`,
  'git address with a token': (d) => `https://${d.text(40)}@git.internal/team/repo.git`,
  'libpq settings': (d) => `host=db user=app password=${d.text(10)} dbname=app`,
  'ADO settings': (d) => `Server=db;Database=app;User Id=sa;Password=${password(d)};`,
  DISCOGS_TOKEN: (d) => `DISCOGS_TOKEN=${d.text(40)}`,
  ROBODJ_SECRET_KEY: (d) => `ROBODJ_SECRET_KEY=${d.text(64, HEX)}`,
  ROBODJ_SECRET_V2_KEY: (d) => `export ROBODJ_SECRET_V2_KEY='${b64(d.text(32))}'`,
  EBAY_CLIENT_SECRET: (d) => `EBAY_CLIENT_SECRET=PRD-${d.text(12, HEX)}-${d.text(8, HEX)}-${d.text(4, HEX)}`,
  API__JWT_PRIVATE_KEY: (d) => `API__JWT_PRIVATE_KEY="${b64(d.text(60))}"`,
  'short env password': (d) => `DB_PASSWORD=${d.text(6, LOWER)}`,
  'YAML password': (d) => `password: ${password(d)}`,
  'YAML env token': (d) => `  WEB__SESSION_SECRET: ${d.text(32)}`,
  'JSON client secret': (d) => `{"clientSecret": "${d.text(32)}"}`,
  'JSON api_key': (d) => `{"api_key":"${d.text(24)}"}`,
  'header x-api-key': (d) => `X-Api-Key: ${d.text(32)}`,
  'npmrc token': (d) => `//registry.internal/:_authToken=${d.text(36)}`,
  'RSA private key': (d) => pem(d, 'RSA '),
  'PKCS8 private key': (d) => pem(d, ''),
  'EC private key': (d) => pem(d, 'EC '),
  'OpenSSH private key': (d) => pem(d, 'OPENSSH '),
  'private key cut off': (d) => pem(d, '').split('\n').slice(0, 2).join('\n'),
  'private key with written-out line ends': (d) => pem(d, '').replaceAll('\n', '\\n'),
  'private key in base64': (d) => b64(pem(d, '')),
  'age key': (d) => `AGE-SECRET-KEY-1${d.text(58, `${UPPER}234567`)}`,
  'JSON web token': jwt,
  'bearer header': (d) => `Authorization: Bearer ${d.text(40)}`,
  'basic header': (d) => `Authorization: Basic ${b64(`svc-deploy:${d.text(14)}`)}`,
  'AWS access key': (d) => `AKIA${d.text(16, `${UPPER}234567`)}`,
  'AWS session key': (d) => `ASIA${d.text(16, `${UPPER}234567`)}`,
  'AWS secret key': (d) => `aws_secret_access_key = ${d.text(40, `${ALNUM}/+`)}`,
  'Google API key': (d) => `AIza${d.text(35)}`,
  'Google OAuth secret': (d) => `GOCSPX-${d.text(28)}`,
  'Google access token': (d) => `ya29.${d.text(80)}`,
  'Google service account': (d) => JSON.stringify({ type: 'service_account', private_key_id: d.text(40, HEX), private_key: pem(d, '') }),
  'Azure storage': (d) => `DefaultEndpointsProtocol=https;AccountName=store;AccountKey=${b64(d.text(64))};EndpointSuffix=core.windows.net`,
  'Azure shared access': (d) => `https://store.blob.core.windows.net/c/f?sv=2024-01-01&sp=r&sig=${encodeURIComponent(b64(d.text(32)))}`,
  'Azure client secret': (d) => `${d.text(3)}8Q~${d.text(34)}`,
  'GitHub token': (d) => `ghp_${d.text(36)}`,
  'GitHub server token': (d) => `ghs_${d.text(36)}`,
  'GitHub fine-grained token': (d) => `github_pat_${d.text(22)}_${d.text(59)}`,
  'GitLab token': (d) => `glpat-${d.text(20)}`,
  'GitLab deploy token': (d) => `gldt-${d.text(20)}`,
  'Slack bot token': (d) => `xoxb-${d.text(12, DIGITS)}-${d.text(12, DIGITS)}-${d.text(24)}`,
  'Slack webhook': (d) => `https://hooks.slack.com/services/T${d.text(8, UPPER)}/B${d.text(8, UPPER)}/${d.text(24)}`,
  'Discord webhook': (d) => `https://discord.com/api/webhooks/${d.text(18, DIGITS)}/${d.text(68)}`,
  'Stripe key': (d) => ['sk', 'live', d.text(24)].join('_'),
  'Stripe restricted key': (d) => ['rk', 'live', d.text(24)].join('_'),
  'webhook secret': (d) => `whsec_${d.text(32)}`,
  'npm token': (d) => `npm_${d.text(36)}`,
  'PyPI token': (d) => `pypi-AgEIcHlwaS5vcmc${d.text(80)}`,
  'SendGrid key': (d) => `SG.${d.text(22)}.${d.text(43)}`,
  'Twilio key': (d) => `SK${d.text(32, HEX)}`,
  'Twilio auth token': (d) => `TWILIO_AUTH_TOKEN=${d.text(32, HEX)}`,
  'Mailgun key': (d) => `key-${d.text(32, HEX)}`,
  'DigitalOcean token': (d) => `dop_v1_${d.text(64, HEX)}`,
  'Hugging Face token': (d) => `hf_${d.text(34)}`,
  'AI provider key': (d) => `sk-proj-${d.text(48)}`,
  'other AI provider key': (d) => `sk-ant-api03-${d.text(93)}AA`,
  'Shopify token': (d) => `shpat_${d.text(32, HEX)}`,
  'Telegram bot token': (d) => `${d.text(9, '123456789')}:AA${d.text(33)}`,
  'Atlassian token': (d) => `ATATT3${d.text(80)}`,
  'Databricks token': (d) => `dapi${d.text(32, HEX)}`,
  'Vault token': (d) => `hvs.${d.text(95)}`,
  'Terraform token': (d) => `${d.text(14)}.atlasv1.${d.text(64)}`,
  'Linear key': (d) => `lin_api_${d.text(40)}`,
  'Notion token': (d) => `ntn_${d.text(11, DIGITS)}${d.text(35)}`,
  'New Relic key': (d) => `NRAK-${d.text(27, UPPER + DIGITS)}`,
  'Postman key': (d) => `PMAK-${d.text(24, HEX)}-${d.text(34, HEX)}`,
  'Grafana token': (d) => `glsa_${d.text(32)}_${d.text(8, HEX)}`,
  'Tailscale key': (d) => `tskey-auth-${d.text(12)}-${d.text(32)}`,
  'Docker token': (d) => `dckr_pat_${d.text(27)}`,
  'Figma token': (d) => `figd_${d.text(43)}`,
  'Fernet token': (d) => `gAAAAA${d.text(94)}`,
  'curl with a user': (d) => `curl -u deploy:${d.text(12)} https://registry.internal`,
  'mysql on the command line': (d) => `mysqldump -h db -p${password(d)} main`,
  'flag with a token': (d) => `deploy.sh --api-token ${d.text(24)} --verbose`,
  'said in a sentence': (d) => `the password is ${password(d)}`,
}

const IN: Record<string, (value: string) => string> = {
  plain: (value) => value,
  prose: (value) => `Release went fine. I used ${value} for the last step, please check the dashboard.`,
  JSON: (value) => JSON.stringify({ note: { text: value }, count: 3 }),
  quotes: (value) => `see '${value}'`,
  lines: (value) => `first line of the log\n${value}\nlast line`,
  'URL encoding': (value) => `https://ci.internal/run?note=${encodeURIComponent(value)}`,
  base64: (value) => `payload ${b64(value)} end`,
}
export const WRAPPINGS = IN

/** Ordinary texts of this product that resemble secrets and are none. */
export function lookAlikes(d: Draw): string[] {
  const sha1 = () => d.text(40, HEX)
  const sha256 = () => d.text(64, HEX)
  const uuid = () => [8, 4, 4, 4, 12].map((length) => d.text(length, HEX)).join('-')
  const generated = Array.from({ length: 12 }, () => [
    sha1(),
    sha256(),
    `sha256:${sha256()}`,
    `ghcr.io/waxwatch/api@sha256:${sha256()}`,
    uuid(),
    `hmac-sha256:k1:${sha256()}`,
    `sha512-${b64(d.text(64))}`,
    `commit ${sha1()} merged`,
    `https://github.com/waxwatch/api/commit/${sha1()}`,
    `https://ci.internal/runs/${d.text(10, DIGITS)}/job/${d.text(11, DIGITS)}?check_suite_focus=true`,
    `SIG-${d.text(4, DIGITS)} of PRM-${d.text(4, DIGITS)}`,
    `waxwatch-api:${d.text(12, HEX)}`,
  ]).flat()
  return [...generated, ...WRITTEN]
}

const WRITTEN = [
  'PRM-0142',
  'ROBODJ_SECRET_KEY',
  'ROBODJ_SECRET_V2_KEY',
  'dgn-dj/prod/ROBODJ_SECRET_KEY',
  'dgn-dj/<profile>/ROBODJ_SECRET_V2_KEY',
  'DISCOGS_TOKEN: ${{ secrets.DISCOGS_TOKEN }}',
  'DATABASE_URL: ${{ secrets.DATABASE_URL }}',
  "export DATABASE_URL='postgresql+psycopg://...'",
  "export DISCOGS_TOKEN='discogs-personal-token'",
  "export EBAY_CLIENT_SECRET='ebay-client-secret'",
  "export EBAY_CLIENT_ID='ebay-client-id'",
  "export TOKEN_CRYPTO_KMS_KEY_ID='arn:aws:kms:us-east-1:123456789012:key/abcd-...'",
  "export AUTH_ISSUER='https://<project>.supabase.co/auth/v1'",
  "export AUTH_JWKS_URL='https://<project>.supabase.co/auth/v1/.well-known/jwks.json'",
  "export DISCOGS_USER_AGENT='waxwatch/1.0 (+ops@example.com)'",
  'postgresql://user:<password>@host:5432/db',
  'postgres://${DB_USER}:${DB_PASSWORD}@db/app',
  'postgres://user:$DB_PASSWORD@db/app',
  'DB_PASSWORD=changeme',
  'DB_PASSWORD=<password>',
  'DB_PASSWORD=${DB_PASSWORD}',
  'DB_PASSWORD=',
  'API_KEY=your-api-key',
  'API_TOKEN=xxxxxxxxxxxxxxxx',
  'API_TOKEN=********',
  'SECRET_KEY_FILE=/run/secrets/robodj_secret_key',
  'TOKEN_TTL=3600',
  'TOKEN_URL=https://auth.internal/oauth/token',
  'PASSWORD_MIN_LENGTH=12',
  'JWT_KID=2026-11-a',
  'PRIMARY_KEY=id',
  'sort_key=created_at',
  'publicKey: key-2026',
  'key: promotion-0142',
  'cacheKey=robodj:staging:2026-11-05',
  'Idempotency-Key: 9f1c2d3e-promote-robodj',
  'idempotencyKey=0190a1b2c3d4e5f6a7b8',
  'Authorization: Bearer $COUNTERSIGN_TOKEN',
  'Authorization: Bearer <token>',
  "curl -H 'Authorization: Bearer ${COUNTERSIGN_TOKEN}' https://countersign.internal/api/v1/releases",
  'curl -u $USER:$PASSWORD https://registry.internal',
  'curl -u "${USER}:${TOKEN}" https://registry.internal',
  'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  'arn:aws:secretsmanager:eu-west-1:123456789012:secret:robodj/prod-AbCdEf',
  'projects/robodj/secrets/ROBODJ_SECRET_KEY/versions/latest',
  'op://vault/item/password',
  'vault:secret/data/robodj#ROBODJ_SECRET_KEY',
  'python config/check_runtime_secrets.py --require-env-only',
  'python config/scripts/startup_safety.py --snapshot',
  'python scripts/rotate_keys.py --env production',
  'docker compose -f docker-compose.yaml down',
  'docker run -p 8080:8080 waxwatch/api',
  'ssh -p 2222 deploy@host.internal',
  'make PROD_REQUIRED_ENV_VARS="DATABASE_URL AUTH_ISSUER AUTH_JWKS_URL TOKEN_CRYPTO_KMS_KEY_ID" check-prod-env',
  'Stop-Process -Name "RoboDJ Automation" -Force',
  'config/logs/startup_safety_events.jsonl contains "Key presence/integrity check: PASS"',
  'config/backups/2026-11-05T10-00-00Z/settings.db',
  'Read `ROBODJ_SECRET_KEY` and save it to `ROBODJ_SECRET_V2_KEY`.',
  'Update `.env` or the secret store with the new `ROBODJ_SECRET_KEY`.',
  'Secret handling (`.key`, env vars): Env-only; no plaintext in repo',
  'Primary symmetric secret; rotate as a pair with v2 key.',
  'The password is required in all profiles.',
  'the token was rotated on 2026-11-05 and the old one revoked',
  'The secret is stored in the manager under dgn-dj/staging/ROBODJ_SECRET_KEY.',
  'The signing key is kid-2026-11, the previous one kid-2026-08.',
  'password: required',
  'token: person',
  'secret: ROBODJ_SECRET_KEY',
  'secretKey: dgn-dj/prod/ROBODJ_SECRET_KEY',
  'key: ROBODJ_SECRET_KEY',
  'tokens: 4096',
  'max_tokens=4096',
  'token_count=128000',
  'nextPageToken: created-2026-11-05',
  'DISCOGS_TOKEN: required in staging and production',
  'DISCOGS_TOKEN: missing',
  'EBAY_CLIENT_SECRET: rotated 2026-11-05 by Ines Okafor',
  'API__JWT_PRIVATE_KEY: sha256:0000 (fingerprint only)',
  'SECRET_KEY: 64-hex',
  'ROBODJ_SECRET_KEY: 32-byte-hex, generated at deploy',
  'password = os.environ["DB_PASSWORD"]',
  'const token = process.env.DISCOGS_TOKEN',
  'token = secrets.token_hex(32)',
  'apiKey: config.get("discogs.key")',
  'http://localhost:3000/systems/robodj?tab=secrets',
  'https://registry.npmjs.org:443/@types/node',
  'https://host.internal:8443/path/@scope/package',
  'mailto:ops@example.com',
  'git@github.com:waxwatch/api.git',
  'ssh://git@github.com/waxwatch/api.git',
  'registry.internal:5000/team/app@sha256:…',
  'GIT_SHA=0f3c9d1 BUILD_DATE=2026-11-05T10:00:00Z APP_VERSION=1.4.2',
  'APP_VERSION=1.4.2-rc.1+build.20261105',
  'robodj v1.8.0 from staging to prod: 4 of 4 gates, 2 of 4 signatures',
  'Rollback drill validated against snapshot settings-2026-11-04.db',
  'Alert thresholds match docs/OPERATIONS_OBSERVABILITY.md numeric warning/critical targets.',
  'SLO: API latency p95 = 240 ms, error budget = 99.5 %',
  '2026-11-05T10:00:00.000Z',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36',
  'window 2026-11-05 16:00 UTC (17:00 CET), 2 h',
  'Slot: Production approver (last). Roles: production_approver, incident_commander',
  'check_change_surface and check_env_sample passed in run #4711',
  'GET /api/v1/systems/robodj/profiles/prod/verdict?release=1.8.0',
  'cursor=eyJpZCI6IlBSTS0wMTQyIn0',
  'JWT tokens start with eyJ and have three parts',
  'Bearer tokens are refused in query strings',
  'Basic authentication is switched off in production',
  'token bucket: 30 per minute, burst 10',
  'Keys starting with csn_ are ours; AKIA and ghp_ are not',
  'Paste the text between -----BEGIN PRIVATE KEY----- and its end into the manager, not here',
  'TODO list: key handover, secret review, password policy',
  'keyboard: Shift+Enter = send, Ctrl+K = palette',
  'a very-long-kebab-case-identifier-that-is-only-a-branch-name-2026',
  'feature/WAX-1234-change-token-refresh-to-two-phase',
  'node_modules/@secretlint/secretlint-rule-preset-recommend/module/index.js',
  'C:\\RoboDJ\\config\\backups\\2026-11-05\\settings.db',
  '/var/lib/robodj/config/backups/2026-11-05/user_content.db',
  'sk-learn and sk_test fixtures were updated',
  'AbstractSingletonProxyFactoryBean',
  'thisIsAVeryLongCamelCaseIdentifierUsedInTheCode',
  'ENV=production PORT=3000 LOG_LEVEL=info',
  'REQUIRE_AUTH=true SESSION_COOKIE_SECURE=1',
  'passwordless sign-in: planned',
  'compass: north, bypass=none, passage=open',
  'monkey=banana turkey: dinner',
  'tokenizer=bpe',
  'secretary: Ana',
  'X-Request-Id: 01JBZ3V5T9K2W8Q4M7N6P0R1S2',
  'etag: W/"5f-18c0a1b2c3d"',
]
