import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { inRoot, ownNodePath, root } from './paths.mjs'
import { Told } from './say.mjs'

const generated = inRoot('lib', 'db', 'generated')
const stamp = inRoot('lib', 'db', 'generated', '.stamp')

/**
 * Writes the Prisma client to `lib/db/generated` when the schema or Prisma changed since the last time. Works offline:
 * generating needs no schema engine, but the command insists on one and would download it, unless told where "it" is.
 */
export async function generate() {
  const prisma = inRoot('node_modules', 'prisma')
  const wanted = createHash('sha256')
    .update(readFileSync(inRoot('prisma', 'schema.prisma')))
    .update(readFileSync(`${prisma}/package.json`))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return 'up to date'
  rmSync(generated, { recursive: true, force: true })
  await new Promise((resolve, reject) => {
    execFile(
      ownNodePath,
      [`${prisma}/build/index.js`, 'generate'],
      {
        cwd: root,
        env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: ownNodePath, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' },
      },
      (error, stdout, stderr) => (error ? reject(new Told(`The Prisma client could not be generated.\n${stdout}${stderr}`)) : resolve()),
    )
  })
  mkdirSync(generated, { recursive: true })
  writeFileSync(stamp, wanted)
  return 'generated'
}
