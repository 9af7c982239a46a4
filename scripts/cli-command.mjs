import { onOwnNode } from './bootstrap.mjs'
import { step } from './say.mjs'

await onOwnNode(import.meta.url, async () => {
  const { buildCli } = await import('./cli.mjs')
  await step('Command line (cli/countersign.mjs)', buildCli)
})
