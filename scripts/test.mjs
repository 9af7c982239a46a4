import { onOwnNode } from './bootstrap.mjs'

await onOwnNode(import.meta.url, async () => {
  const { runStages } = await import('./checks.mjs')
  await runStages()
})
