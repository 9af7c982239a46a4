import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { buildCli, cliPath } from './cli.mjs'
import { run } from './lifetime.mjs'
import { inRoot, ownNodePath, root } from './paths.mjs'

const stamp = inRoot('.next', 'countersign-build.json')
const folders = ['app', 'components', 'lib', 'fonts', 'public', 'prisma', 'policies', 'cli']
const notBuilt = /^(vitest|playwright)\.config\.|^next-env\.d\.ts$|^biome\.json$/

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (entry.name !== 'generated') yield* files(path)
    } else if (entry.isFile() && !path.startsWith(cliPath)) yield path
  }
}

function* sources() {
  for (const name of readdirSync(root).sort()) if (/\.(ts|mjs|json)$/.test(name) && !notBuilt.test(name)) yield inRoot(name)
  for (const name of folders) if (existsSync(inRoot(name))) yield* files(inRoot(name))
}

/** What the build is made of, as one hash: the sources, the lock, the configuration and the Node that builds. */
function sourceHash() {
  const hash = createHash('sha256').update(process.version)
  for (const path of sources()) hash.update(`\0${relative(root, path)}\0`).update(readFileSync(path))
  return hash.digest('hex')
}

function lastBuild() {
  try {
    return JSON.parse(readFileSync(stamp, 'utf8'))
  } catch {
    return null
  }
}

/** Whether the build is older than the source. */
export const isStale = () => lastBuild()?.hash !== sourceHash()

/** When the build was made, as ISO time, or the empty string without one. */
export const buildDate = () => lastBuild()?.at ?? ''

/** Builds for production. A build that is cut off is not taken for one. */
export async function build() {
  rmSync(stamp, { force: true })
  rmSync(inRoot('.next', 'cache', 'node'), { recursive: true, force: true }) // what earlier starts compiled of the build before
  // Modules are loaded while building but nothing connects: no setting of this machine may end up in the build.
  const env = {
    ...process.env,
    DATABASE_URL: 'postgresql://build@127.0.0.1:1/none',
    DATABASE_MIGRATE_URL: '',
    APP_ORIGIN: 'http://localhost',
    NEXTAUTH_URL: 'http://localhost',
    NEXTAUTH_SECRET: 'not-a-secret-only-there-while-building',
    NEXT_TELEMETRY_DISABLED: '1',
  }
  await run(ownNodePath, [inRoot('node_modules', 'next', 'dist', 'bin', 'next'), 'build'], {
    env,
    quiet: true,
    failure: 'The build failed:',
  })
  await buildCli()
  // Taken after the build: Next completes tsconfig.json once.
  writeFileSync(stamp, JSON.stringify({ hash: sourceHash(), at: new Date().toISOString() }))
}
