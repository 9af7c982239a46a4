import { borrowDatabase } from './database.mjs'
import { readEnvironment } from './environment.mjs'
import { atEnd, end, endOnSignals, isEnding, run } from './lifetime.mjs'
import { sequencerArguments, sequencerEnvironment } from './log-process.mjs'
import { ownNodePath } from './paths.mjs'
import { Told, tell } from './say.mjs'
import { runningStart } from './state.mjs'

/** `npm run sequencer`, with what may stand behind it; ends with its exit code. */
export async function sequencerCommand(args) {
  endOnSignals()
  try {
    const env = readEnvironment()
    let logUrl = env.DATABASE_LOG_URL
    if (!logUrl) {
      if (env.DATABASE_URL) throw new Told('DATABASE_LOG_URL is not set: the address of your database as the role countersign_log.')
      const database = await borrowDatabase(env)
      atEnd(database.stop)
      logUrl = database.logUrl
    }
    const port = runningStart()?.port ?? Number(env.PORT ?? 3000)
    const { code } = await run(ownNodePath, sequencerArguments(args), {
      env: sequencerEnvironment(env, { port, logUrl }),
      stdin: 'inherit',
    })
    await end(code)
  } catch (error) {
    if (isEnding()) return
    tell(error)
    await end(1)
  }
}
