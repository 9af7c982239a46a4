import { onOwnNode } from './bootstrap.mjs'

await onOwnNode(import.meta.url, async () => {
  const { start } = await import('./start-command.mjs')
  await start(process.argv.slice(2))
})
