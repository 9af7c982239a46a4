import { onOwnNode } from './bootstrap.mjs'
import { step } from './say.mjs'

await onOwnNode(import.meta.url, async () => {
  const { generate } = await import('./generate.mjs')
  await step('Prisma client', generate)
})
