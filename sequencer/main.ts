import { parseArgs } from 'node:util'
import { SettingsRefused } from '@/lib/env'
import { BadKeyFile, createKeyFile, readKeyFile, rotateKeyFile } from './key-file'
import type { SequencerOptions } from './options'
import { CannotResume, resumeAfterRestore } from './restore'
import { connectLog, openSequencer, type Round } from './sequencer'
import { type LogSettings, readLogSettings } from './settings'
import { openTending } from './tending'

// The process that seals the audit log. It alone holds the signing keys; it knows nothing of the application but the tables of the log.

const HELP = `npm run sequencer [-- options]
  (none)                                     seals the log until it is stopped; a second one waits for the first
  --rotate-key                               makes new keys, which sign beside the old ones for 30 days
  --resume-after-restore --operator NAME     goes on from a restored database (docs/restore.md)`

/** How long the sequencer rests between rounds that found little, while another seals, and while it refuses, in milliseconds. */
const PACE = { running: 400, waiting: 1_000, refusing: 5_000 } as const
const TROUBLE_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const
const BATCH = 1_000

const say = (line: string): void => {
  process.stdout.write(`Log: ${line}\n`)
}

/** Whether the log in the database has begun: then its keys exist somewhere, and new ones would be strangers. */
async function hasBegun(databaseUrl: string): Promise<boolean> {
  const client = await connectLog(databaseUrl)
  try {
    const { rows } = await client.query<{ begun: boolean }>('SELECT EXISTS (SELECT FROM audit.log_key) AS begun')
    return rows[0]?.begun === true
  } finally {
    await client.end()
  }
}

async function optionsOf(settings: LogSettings): Promise<SequencerOptions> {
  const { databaseUrl, keyFile, guardFile, anchorFile } = settings
  if (readKeyFile(keyFile) === null) {
    if (await hasBegun(databaseUrl))
      throw new BadKeyFile(`The log has begun, but its key file ${keyFile} is missing. Bring it back, or name it with LOG_KEY_FILE.`)
    createKeyFile(keyFile, settings.origin, new Date())
  }
  const keys = () => readKeyFile(keyFile)?.keys ?? []
  return { databaseUrl, keys, guardFile, anchorFile, origin: readKeyFile(keyFile)?.origin ?? settings.origin, batch: BATCH }
}

/** Rests, but wakes at once when it is time to stop. */
class Rest {
  stopping = false
  #wake: (() => void) | undefined

  for(ms: number): Promise<void> {
    if (this.stopping) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  stop(): void {
    this.stopping = true
    this.#wake?.()
  }
}

function stopWhenTold(rest: Rest, lifeline: boolean): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => rest.stop())
  if (!lifeline) return
  // Our standard input closes when the process that started us is gone, even by kill -9.
  process.stdin.on('end', () => rest.stop())
  process.stdin.resume()
}

async function prepared(settings: LogSettings, rest: Rest): Promise<SequencerOptions | null> {
  for (let trouble = 0; !rest.stopping; trouble += 1) {
    try {
      return await optionsOf(settings)
    } catch (error) {
      if (error instanceof BadKeyFile) throw error
      if (trouble === 0) say(`The database does not answer: ${(error as Error).message}`)
      await rest.for(TROUBLE_MS[Math.min(trouble, TROUBLE_MS.length - 1)] as number)
    }
  }
  return null
}

async function run(settings: LogSettings, lifeline: boolean): Promise<void> {
  const rest = new Rest()
  stopWhenTold(rest, lifeline)
  const options = await prepared(settings, rest)
  if (options === null) return
  const sequencer = await openSequencer(options)
  const tending = openTending({ ...options, witnesses: settings.witnesses, say })
  let told = ''
  let trouble = 0
  const tell = (line: string) => {
    if (line !== told) say(line)
    told = line
  }
  while (!rest.stopping) {
    let round: Round
    try {
      round = await sequencer.round()
      trouble = 0
    } catch (error) {
      tell(`A round was cut off, and begins again: ${(error as Error).message}`)
      await rest.for(TROUBLE_MS[Math.min(trouble++, TROUBLE_MS.length - 1)] as number)
      continue
    }
    if (round.state === 'running') {
      tell(`sealing ${options.origin}`)
      void tending.tend()
    } else if (round.state === 'refusing') tell(`refuses to sign. ${round.reason} docs/restore.md says what to do.`)
    else tell('another sequencer seals this log; this one waits.')
    if (round.integrated < BATCH) await rest.for(PACE[round.state])
  }
  // What was decided up to now is sealed before the database may go.
  for (let more = 0; more < 20; more += 1) if (((await sequencer.round().catch(() => null))?.integrated ?? 0) < BATCH) break
  await tending.close()
  await sequencer.close()
}

async function command(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'rotate-key': { type: 'boolean' },
      'resume-after-restore': { type: 'boolean' },
      operator: { type: 'string' },
      lifeline: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) {
    process.stdout.write(`${HELP}\n`)
    return
  }
  const settings = readLogSettings()
  if (values['rotate-key']) {
    for (const vkey of rotateKeyFile(settings.keyFile, new Date())) process.stdout.write(`${vkey}\n`)
    return say('the new keys sign from now on beside the old ones, which stop in 30 days. Tell whoever checks this log.')
  }
  if (values['resume-after-restore']) {
    const { size, guard } = await resumeAfterRestore(await optionsOf(settings), values.operator ?? '')
    return say(`goes on from ${size} entries; the guard file had seen ${guard}. This is on the record.`)
  }
  await run(settings, values.lifeline === true)
}

try {
  await command(process.argv.slice(2))
  process.exitCode = 0
} catch (error) {
  const isTold = error instanceof SettingsRefused || error instanceof BadKeyFile || error instanceof CannotResume
  process.stderr.write(`${isTold ? error.message : ((error as Error).stack ?? error)}\n`)
  process.exitCode = isTold ? 2 : 1
}
process.exit()
