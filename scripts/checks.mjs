import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, isStale } from './build.mjs'
import { ensureCli } from './cli.mjs'
import { generate } from './generate.mjs'
import { end, endOnSignals, isEnding, run } from './lifetime.mjs'
import { inRoot, ownNodePath } from './paths.mjs'
import { say, step, Told, tell, took } from './say.mjs'

// The stages of `npm test` and `npm run check`. Each answers how many tests passed and failed; a check that is not made of tests
// (format, lint, types, build) counts as one.

const bin = (name) => {
  const { bin: entry } = JSON.parse(readFileSync(inRoot('node_modules', name, 'package.json'), 'utf8'))
  return inRoot('node_modules', name, typeof entry === 'string' ? entry : Object.values(entry)[0])
}

/**
 * An environment in which nothing of this machine's settings reaches the tests: every setting is set to nothing, which counts as not
 * set and also keeps the values of an `.env` file out.
 */
export async function bareEnvironment() {
  const { settingsTable } = await import('../lib/env.ts')
  const nothing = Object.fromEntries(Object.keys(settingsTable).map((name) => [name, '']))
  return { ...process.env, ...nothing, NEXT_TELEMETRY_DISABLED: '1' }
}

/** Numbers that a runner wrote to a file; when it wrote none it broke down, which is one failure. */
function counted(file, code) {
  let count
  try {
    count = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { passed: 0, failed: 1 }
  }
  return { passed: count.passed, failed: code !== 0 && count.failed === 0 ? 1 : count.failed }
}

/** Runs a program that is right or wrong as a whole; shows its output only when it is wrong. */
async function asOne(what, program, args, env) {
  const { code, output } = await run(program, args, { env, quiet: true })
  if (code !== 0) say(`${output.trim()}\n`)
  return { what, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 }
}

const node = (what, name, args, env) => asOne(what, ownNodePath, [bin(name), ...args], env)

/** The stages by name, in order: what each runs, and whether it belongs to the quick part. */
const stages = [
  { name: 'format', quick: true, run: ({ env }) => node('format', '@biomejs/biome', ['format', '--max-diagnostics=50'], env) },
  {
    name: 'lint',
    quick: true,
    run: ({ env }) =>
      node('lint', '@biomejs/biome', ['check', '--formatter-enabled=false', '--max-diagnostics=50', '--error-on-warnings'], env),
  },
  {
    name: 'types',
    quick: true,
    run: async ({ env }) => {
      // Next writes the types of the routes; a fresh clone has none yet.
      const typed = await node('types', 'next', ['typegen'], env)
      return typed.failed > 0 ? typed : node('types', 'typescript', ['--noEmit'], env)
    },
  },
  { name: 'unit and architecture', quick: true, run: (context) => vitest(context, ['--project', 'unit']) },
  { name: 'components', run: (context) => vitest(context, ['--project', 'component']) },
  { name: 'integration, on PostgreSQL', run: (context) => vitest(context, ['--project', 'integration']) },
  {
    name: 'build',
    run: async () => {
      try {
        if (isStale()) await build()
        await ensureCli()
        return { passed: 1, failed: 0 }
      } catch (error) {
        tell(error)
        return { passed: 0, failed: 1 }
      }
    },
  },
  {
    name: 'browser',
    run: async (context) => {
      const { browserTests } = await import('./e2e-command.mjs')
      const file = join(context.folder, 'browser.json')
      const code = await browserTests([], { ...context.env, BROWSER_COUNT_FILE: file })
      return code === null ? { passed: 0, failed: 0 } : counted(file, code)
    },
  },
]

async function vitest({ env, folder }, args) {
  const file = join(folder, `${args.at(-1)}.json`)
  const { code } = await run(ownNodePath, [inRoot('node_modules', 'vitest', 'vitest.mjs'), 'run', ...args], {
    env: { ...env, COUNT_FILE: file, NODE_ENV: 'test' },
  })
  return counted(file, code)
}

/** Runs the stages (only the quick ones with `quick`), prints a time for each, and ends the process with the sum as its last line. */
export async function runStages({ quick = false } = {}) {
  endOnSignals()
  const folder = mkdtempSync(join(tmpdir(), 'countersign-count-'))
  const done = []
  const from = performance.now()
  try {
    await step('Prisma client', generate)
    const env = await bareEnvironment()
    for (const stage of stages.filter((each) => !quick || each.quick)) {
      const start = performance.now()
      say(`\n== ${stage.name}`)
      let count
      try {
        count = await stage.run({ env, folder })
      } catch (error) {
        tell(error instanceof Told ? error : new Told(`${stage.name} broke down: ${error.stack}`))
        count = { passed: 0, failed: 1 }
      }
      done.push({ name: stage.name, time: performance.now() - start, ...count })
      say(`   ${stage.name}: ${count.failed === 0 ? 'good' : `${count.failed} failed`}, ${took(performance.now() - start)}`)
    }
  } catch (error) {
    if (isEnding()) return
    tell(error)
    done.push({ name: 'preparation', time: performance.now() - from, passed: 0, failed: 1 })
  }
  rmSync(folder, { recursive: true, force: true })
  const width = Math.max(...done.map(({ name }) => name.length))
  say('')
  for (const { name, time, passed, failed } of done)
    say(
      `  ${name.padEnd(width)}  ${took(time).padStart(12)}  ${String(passed).padStart(6)} passed${failed > 0 ? `  ${failed} FAILED` : ''}`,
    )
  say(`  ${'all'.padEnd(width)}  ${took(performance.now() - from).padStart(12)}\n`)
  const sum = (what) => done.reduce((total, each) => total + each[what], 0)
  const failed = sum('failed')
  say(`${sum('passed')} passed, ${failed} failed`)
  await end(failed > 0 ? 1 : 0)
}
