import { borrowDatabase } from './database.mjs'
import { applicationEnvironment, checkSettings, readEnvironment } from './environment.mjs'
import { generate } from './generate.mjs'
import { atEnd, end, endOnSignals, isEnding } from './lifetime.mjs'
import { tell } from './say.mjs'
import { runningStart } from './state.mjs'
import { runTypeScript } from './tsx.mjs'

/** Runs a TypeScript file with everything that the application would have, and ends with its exit code. */
export async function withDatabase(file, args) {
  endOnSignals()
  try {
    await generate()
    const env = readEnvironment()
    const database = await borrowDatabase(env)
    atEnd(database.stop)
    const port = runningStart()?.port ?? Number(env.PORT ?? 3000)
    const settings = applicationEnvironment(env, { port, databaseUrl: database.url })
    await checkSettings(settings)
    const { code } = await runTypeScript(file, args, {
      env: { ...settings, DATABASE_MIGRATE_URL: database.migrateUrl ?? '' },
      stdin: 'inherit',
    })
    await end(code)
  } catch (error) {
    if (isEnding()) return
    tell(error)
    await end(1)
  }
}
