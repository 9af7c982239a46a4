import { onOwnNode } from './bootstrap.mjs'

await onOwnNode(import.meta.url, async () => {
  const { migrateCommand } = await import('./migrate-command.mjs')
  await migrateCommand(process.argv.slice(2))
})
