import { onOwnNode } from './bootstrap.mjs'

// npm run shots [-- --only board] [-- --as secops|all] [-- --url http://localhost:3000]: pictures of every screen, into shots/.

await onOwnNode(import.meta.url, async () => {
  const { shots } = await import('./shots-command.mjs')
  await shots(process.argv.slice(2))
})
