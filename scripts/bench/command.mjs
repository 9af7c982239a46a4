import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build, buildDate, isStale } from '../build.mjs'
import { bareEnvironment } from '../checks.mjs'
import { applicationEnvironment } from '../environment.mjs'
import { generate } from '../generate.mjs'
import { atEnd, end, endOnSignals, isEnding } from '../lifetime.mjs'
import { keepSequencer, sequencerEnvironment } from '../log-process.mjs'
import { inRoot } from '../paths.mjs'
import { freePort, portHolder } from '../processes.mjs'
import { say, step, Told, tell, took } from '../say.mjs'
import { startTestbed } from '../testbed.mjs'
import { serve } from '../web.mjs'
import { askNumber, makeBenchTable } from './bare-sql.mjs'
import { judge } from './figures.mjs'
import { startHand } from './hand.mjs'
import { measureJudging } from './judging.mjs'
import { measureMatrix } from './matrix.mjs'
import { measurePages } from './pages.mjs'
import { measureRecord } from './record.mjs'
import { residentMiB } from './resident.mjs'
import { throughput, warmUp } from './sections.mjs'
import { measureStarts, startDemo } from './starts.mjs'
import { measureWriters } from './writers.mjs'

const SECTIONS = ['evidence', 'audited', 'sign', 'verdict', 'ingest', 'judging', 'matrix', 'writers', 'record', 'pages', 'starts']
/** What runs against a PostgreSQL of its own. */
const ON_EXTERNAL = ['evidence', 'audited', 'sign', 'verdict', 'ingest', 'judging', 'matrix', 'writers', 'record']
/** Milliseconds from the writing of an event to the checkpoint that first holds it. Data that was prepared is among it; it waited no less. */
const LAG = `SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM c.created_at - l.event_at) * 1000)
  FROM audit.leaf l JOIN LATERAL (SELECT created_at FROM audit.checkpoint WHERE tree_size > l.seq ORDER BY tree_size LIMIT 1) c ON true
  JOIN audit.event e ON e.recorded_at = l.event_at AND e.id = l.event_id WHERE NOT e.payload ? 'demo'`
/** How many runtimes of a profile report. */
const RUNTIMES = 2
const LEVELS = [1, 8, 32]
const ROWS = 64

const help = `npm run bench [-- options]
  --quick        one short round: whether it works, not what it gives
  --rounds N     rounds to take medians over (5)
  --only A,B     some of: ${SECTIONS.join(', ')}`

function optionsOf(args) {
  try {
    const { values } = parseArgs({
      args,
      options: { quick: { type: 'boolean' }, rounds: { type: 'string' }, only: { type: 'string' }, help: { type: 'boolean' } },
    })
    const only = values.only?.split(',') ?? SECTIONS
    const unknown = only.find((name) => !SECTIONS.includes(name))
    if (unknown) throw new Error(`There is no section ${unknown}.`)
    return { help: values.help, quick: values.quick === true, only, rounds: Number(values.rounds ?? (values.quick ? 1 : 5)) }
  } catch (error) {
    throw new Told(`${error.message}\n\n${help}`)
  }
}

/** `npm run bench`: everything from an empty database to figures, and back to nothing. Writes them to `bench-results/` too. */
export async function bench(args) {
  endOnSignals()
  try {
    const options = optionsOf(args)
    if (options.help) return say(help)
    await run(options)
    await end(0)
  } catch (error) {
    if (isEnding()) return
    tell(error)
    await end(1)
  }
}

async function run(options) {
  const from = performance.now()
  await step('Prisma client', generate)
  if (isStale()) await step('Build (next build)', build)
  const results = {
    takenAt: new Date().toISOString(),
    quick: options.quick,
    rounds: options.rounds,
    cores: cpus().length,
    sections: {},
    aims: [],
  }
  const told = (lines, aims = []) => {
    for (const line of lines) say(`  ${line}`)
    for (const aim of aims) say(`  ${aim.said}`)
    results.aims.push(...aims)
    say()
  }
  if (options.only.some((name) => [...ON_EXTERNAL, 'starts'].includes(name))) await onExternal(options, results, told)
  if (options.only.some((name) => ['pages', 'starts'].includes(name))) await onEmbedded(options, results, told)
  mkdirSync(inRoot('bench-results'), { recursive: true })
  const file = join('bench-results', `${results.takenAt.replaceAll(':', '-').slice(0, 19)}${options.quick ? '-quick' : ''}.json`)
  writeFileSync(inRoot(file), `${JSON.stringify(results, null, 2)}\n`)
  say('  Aims')
  for (const aim of results.aims) say(`  ${aim.said}`)
  say(`\n  ${took(performance.now() - from)}, written to ${file}`)
}

/** Load on a production server with a PostgreSQL of its own, and starts against that PostgreSQL. */
async function onExternal(options, results, told) {
  const { sections } = results
  const testbed = await step('PostgreSQL', startTestbed)
  atEnd(testbed.stop)
  const database = 'bench'
  await testbed.clone(database)
  const appUrl = testbed.address('countersign_app', database)
  const migrateUrl = testbed.address('countersign_migrate', database)
  await makeBenchTable(migrateUrl, ROWS)
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  chmodSync(folder, 0o711)
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const bare = await bareEnvironment()
  const env = {
    ...applicationEnvironment(
      {
        ...process.env,
        ...bare,
        APP_ORIGIN: `http://localhost:${port}`,
        NEXTAUTH_URL: `http://localhost:${port}`,
        NEXTAUTH_SECRET: randomBytes(36).toString('base64url'),
        HOST: '',
        GIT_SHA: '0000000',
        BUILD_DATE: buildDate(),
        APP_VERSION: '',
      },
      { port, databaseUrl: appUrl },
    ),
    COUNTERSIGN_STATE: folder,
    COUNTERSIGN_BENCH: 'yes',
    API_REQUESTS_PER_MINUTE: '10000000',
  }
  const settings = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const world = { origin: `http://localhost:${port}`, appUrl, admin: testbed.address('postgres', database), levels: LEVELS, ...options }

  if (options.only.includes('starts')) {
    // A database of its own: the first start governs the four systems, the load governs one by itself.
    await testbed.clone('starts')
    const external = {
      DATABASE_URL: testbed.address('countersign_app', 'starts'),
      DATABASE_MIGRATE_URL: testbed.address('countersign_migrate', 'starts'),
    }
    const { lines, aims, figures } = await step('Starts with an external server', () => measureStarts({ bare, external, ...options }))
    sections.startsExternal = figures
    told(lines, aims)
  }
  if (options.only.includes('record')) {
    const { lines, aims, figures } = await step('A long record', () => measureRecord({ testbed, settings, ...options }))
    sections.record = figures
    told(lines, aims)
  }
  if (!options.only.some((name) => ON_EXTERNAL.includes(name) && name !== 'record')) return
  const log = {
    LOG_KEY_FILE: join(folder, 'log-key.json'),
    LOG_GUARD_FILE: join(folder, 'guard.json'),
    LOG_ANCHOR_FILE: join(folder, 'anchors.jsonl'),
  }
  const sequencer = keepSequencer(sequencerEnvironment(log, { port, logUrl: testbed.address('countersign_log', database) }))
  sequencer.start()
  world.hand = await step('Worker', () => startHand(settings))
  await step('Web server', () => serve({ env: settings, port, host: '127.0.0.1' }))
  const { pid } = portHolder(port) ?? {}
  const idle = residentMiB(pid)
  world.data = await step('Data, through the use cases', () => world.hand.ask('prepare', { open: 32 }))
  if (options.only.includes('judging')) {
    const { lines, aims, figures } = await step('Judging', () => measureJudging(world))
    sections.judging = figures
    told(lines, aims)
  }
  if (options.only.includes('ingest'))
    world.data.ingest = await step('Reports of runtimes', () => world.hand.ask('prepareIngest', { runtimes: RUNTIMES }))
  await step('Warming up', () => warmUp(world))
  for (const name of ['evidence', 'audited', 'sign', 'verdict', 'ingest'].filter((each) => options.only.includes(each))) {
    const { lines, aims, figures } = await step(`Load: ${name}`, () => throughput(name, world))
    sections[name] = figures
    told(lines, aims)
  }
  if (options.only.includes('matrix')) {
    const { lines, aims, figures } = await step('The page of a matrix', () => measureMatrix(world))
    sections.matrix = figures
    told(lines, aims)
  }
  if (options.only.includes('writers')) {
    const { lines, aims, figures } = await step('32 writers on one promotion', () => measureWriters(world))
    sections.writers = figures
    told(lines, aims)
  }
  const lag = await askNumber(world.admin, LAG)
  told([], [judge({ what: 'from an event to its checkpoint, under that load, p99', value: lag, most: 1_000, unit: ' ms' })])
  sections.lag = { p99Ms: lag }
  const after = residentMiB(pid)
  sections.memory = { idleMiB: idle, afterMiB: after }
  told(
    [`resident: ${Math.round(idle)} MiB after the start, ${Math.round(after)} MiB after the load`],
    [judge({ what: 'resident after the load', value: after, most: 350, unit: ' MiB' })],
  )
  await world.hand.stop()
}

/** First loads in a cold browser and second starts, with the demo record in the embedded database. */
async function onEmbedded(options, results, told) {
  const { sections } = results
  const bare = await bareEnvironment()
  const demo = await step('Application with its demo record', () => startDemo(bare))
  if (options.only.includes('pages')) {
    const { lines, aims, figures } = await step('First loads in a cold browser', () => measurePages(demo, options))
    sections.pages = figures
    told(lines, aims)
  }
  await demo.stop()
  if (options.only.includes('starts')) {
    const { lines, aims, figures } = await step('Starts with the embedded server', () =>
      measureStarts({ bare, state: demo.state, ...options }),
    )
    sections.startsEmbedded = figures
    told(lines, aims)
  }
  demo.forget()
}
