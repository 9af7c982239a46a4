import { chmodSync, existsSync, renameSync } from 'node:fs'
import { inRoot } from './paths.mjs'

/** The one file of the command line, as it is served at `/cli/countersign.mjs` and put into every export. Git ignores it. */
export const cliPath = inRoot('cli', 'countersign.mjs')

/** Puts `cli/main.ts` and all it needs into one file that runs on Node 20 with nothing installed. Written beside and renamed, so that nobody reads half. */
export async function buildCli() {
  const { build } = await import('esbuild')
  const beside = `${cliPath}.${process.pid}.tmp`
  await build({
    entryPoints: [inRoot('cli', 'main.ts')],
    outfile: beside,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    charset: 'utf8',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    tsconfig: inRoot('tsconfig.json'),
    logLevel: 'error',
    // Optional to pg: its native half and its Cloudflare socket.
    external: ['pg-native', 'pg-cloudflare'],
    banner: {
      // pg is CommonJS and asks for Node's own modules; nothing else is ever asked for.
      js: "#!/usr/bin/env node\nimport { createRequire as countersignRequire } from 'node:module'\nconst require = countersignRequire(import.meta.url)\n",
    },
  })
  chmodSync(beside, 0o755)
  renameSync(beside, cliPath)
  return 'built'
}

/** Builds it where it is missing; in development always, because nothing else says that its sources changed. It takes a fraction of a second. */
export async function ensureCli({ always = false } = {}) {
  if (always || !existsSync(cliPath)) await buildCli()
}
