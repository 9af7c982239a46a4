import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { build, buildDate, isStale } from './build.mjs'
import { ensureCli } from './cli.mjs'
import { dropEmbedded, openDatabase } from './database.mjs'
import { applicationEnvironment, checkSettings, LOG_ONLY, readEnvironment } from './environment.mjs'
import { generate } from './generate.mjs'
import { atEnd, end, endOnSignals, isEnding } from './lifetime.mjs'
import { keepSequencer, sequencerEnvironment } from './log-process.mjs'
import { migrate } from './migrate-command.mjs'
import { inRoot, stateFolder } from './paths.mjs'
import { lookAround } from './prepared.mjs'
import { say, step, Told, took } from './say.mjs'
import { noteRunning, readDemo, readEmbedded, readSetupLink, runningStart, writeEmbedded } from './state.mjs'
import { runTypeScript } from './tsx.mjs'
import { hostOf, refuseTakenPort, serve } from './web.mjs'

const help = `npm start [-- options]
  --port N       listen on another port than PORT or 3000
  --fresh-demo   throw the embedded database away and begin again with a fresh demo record
  --dev          next dev instead of a production build`

function optionsOf(args) {
  try {
    const { values } = parseArgs({
      args,
      options: { port: { type: 'string' }, 'fresh-demo': { type: 'boolean' }, dev: { type: 'boolean' }, help: { type: 'boolean' } },
    })
    return values
  } catch (error) {
    throw new Told(`${error.message}\n\n${help}`)
  }
}

async function loadDemo(database, env, childEnv) {
  const seed = inRoot('prisma', 'seed.ts')
  const wanted = database.embedded ? database.state.demo === 'wanted' : env.COUNTERSIGN_DEMO === 'load' && readDemo() === null
  if (!wanted || !existsSync(seed)) return
  const note = (demo) => database.embedded && writeEmbedded({ ...readEmbedded(), demo })
  await step('Demo record (three months of four systems)', async () => {
    note('loading')
    await runTypeScript(seed, [], { env: childEnv, quiet: true, failure: 'The demo record could not be loaded:' })
    note('loaded')
  })
}

function howToSignIn(origin) {
  const demo = readDemo()
  const link = readSetupLink()
  if (demo) {
    const width = Math.max(...demo.personas.map(({ email }) => email.length))
    say(`\n  Sign in as any of these, each with the password  ${demo.password}\n`)
    for (const { name, email, roles = [] } of demo.personas)
      say(`    ${email.padEnd(width)}  ${name}${roles.length > 0 ? `, ${[roles].flat().join(', ')}` : ''}`)
    if (demo.curl) say(`\n  Ask as a pipeline would:\n\n    ${demo.curl.replaceAll('{origin}', origin)}`)
    if (demo.agents) say(`\n  Agents own rotations too: their tokens are in ${relative(process.cwd(), join(stateFolder, 'demo.json'))}`)
  } else if (link) say(`\n  Make the first administrator, once:  ${new URL(link, origin).href}`)
}

/** `npm start`: everything from nothing to a served application, and back to nothing at the end. */
export async function start(args) {
  const options = optionsOf(args)
  if (options.help) return say(help)
  endOnSignals()
  const from = performance.now()
  try {
    await prepareAndServe(options, from)
  } catch (error) {
    if (isEnding()) return
    process.stderr.write(`\n${error instanceof Told ? error.message : error.stack}\n`)
    await end(1)
  }
}

async function prepareAndServe(options, from) {
  const env = readEnvironment()
  if (options.port) env.PORT = options.port
  const port = Number(env.PORT ?? 3000)
  const production = env.COUNTERSIGN_ENV === 'production'
  const embedded = !env.DATABASE_URL
  // Settings are judged before anything that takes long; the embedded database's address is not known yet and always right.
  const given = applicationEnvironment(env, { port, databaseUrl: env.DATABASE_URL ?? 'postgresql://embedded@127.0.0.1/countersign' })
  await checkSettings({ ...given, ...Object.fromEntries(LOG_ONLY.map((name) => [name, env[name]])) })
  if (options['fresh-demo'] && (!embedded || production))
    throw new Told('--fresh-demo throws data away: it is there for the embedded database only, and never in production.')

  const other = runningStart()
  if (other && embedded && other.embedded)
    throw new Told(
      `Countersign already runs from this folder: process ${other.pid}, http://localhost:${other.port}.\nStop it there with Ctrl-C, or with: kill ${other.pid}`,
    )
  const host = hostOf(env)
  await refuseTakenPort(port, host)

  say(`\n  Countersign ${production ? 'in production' : ''}\n`.replace(' \n', '\n'))
  await step('Prisma client', generate)
  if (options['fresh-demo']) dropEmbedded()
  const database = await step(embedded ? 'Database (embedded PostgreSQL)' : 'Database', () =>
    openDatabase(env, {
      demo: production || env.COUNTERSIGN_DEMO === 'none' ? 'none' : 'wanted',
      onEnd: (lines) => {
        say(`\nThe database ended by itself:\n${lines.join('\n')}`)
        end(1)
      },
    }),
  )
  atEnd(database.stop)
  if (isEnding()) return
  if (database.embedded) noteRunning({ port, embedded: true })
  if (production && database.embedded && database.state.demo !== 'none')
    throw new Told(
      'This embedded database was made for demo data, which production refuses (002.33). Set DATABASE_URL, or COUNTERSIGN_STATE to a new folder.',
    )

  const found = await lookAround(database.url)
  if (database.migrateUrl) await step('Migrations', () => (found.migrated ? 'nothing to do' : migrate(database.migrateUrl)))
  else say('  Migrations: not applied here, because DATABASE_MIGRATE_URL is not set (npm run migrate applies them)')

  const appEnv = () => applicationEnvironment(env, { port, databaseUrl: database.url, buildDate: buildDate() })
  const childEnv = { ...appEnv(), DATABASE_MIGRATE_URL: database.migrateUrl ?? '' }
  await loadDemo(database, env, childEnv)
  const first = inRoot('scripts', 'first-start.ts')
  if (existsSync(first) && readDemo() === null && !found.begun)
    await runTypeScript(first, [], { env: childEnv, quiet: true, failure: 'The first start could not be prepared:' })

  if (!options.dev && isStale()) await step('Build (next build)', build)
  await ensureCli({ always: options.dev })
  const settings = appEnv()
  // Registered before the web server, so that at the end it goes after it; started once the web server answers, which waits for nobody.
  const sequencer = database.logUrl ? keepSequencer(sequencerEnvironment(env, { port, logUrl: database.logUrl })) : null
  await step('Web server', async () => {
    await serve({ env: settings, port, host, dev: options.dev })
  })
  if (sequencer) sequencer.start()
  else say('  Audit log: not sealed here, because DATABASE_LOG_URL is not set (npm run sequencer seals it elsewhere)')
  say(`\n  Countersign is at ${settings.APP_ORIGIN}  (after ${took(performance.now() - from)})`)
  howToSignIn(settings.APP_ORIGIN)
  say('\n  Ctrl-C stops everything.\n')
}
