import { onOwnNode } from './bootstrap.mjs'

// node scripts/with-database.mjs <file.ts> [arguments]: runs a TypeScript command with the settings of `npm start` and its database,
// the running one or one that is started for as long as the command takes.

await onOwnNode(import.meta.url, async () => {
  const { withDatabase } = await import('./with-database-command.mjs')
  await withDatabase(process.argv[2], process.argv.slice(3))
})
