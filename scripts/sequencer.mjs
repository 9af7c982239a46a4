import { onOwnNode } from './bootstrap.mjs'

// npm run sequencer: the process that seals the audit log, alone (beside web servers elsewhere), and its commands.

await onOwnNode(import.meta.url, async () => {
  const { sequencerCommand } = await import('./sequencer-command.mjs')
  await sequencerCommand(process.argv.slice(2))
})
