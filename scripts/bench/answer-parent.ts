/** Answers what the parent process asks over its channel (`hand.mjs`): each message names a command and its arguments. Ends with the parent. */
export function answerParent(commands: Readonly<Record<string, (args: never) => unknown>>): void {
  process.on('message', async (message: { id: number; what: string; args: never }) => {
    try {
      const command = commands[message.what]
      if (!command) throw new Error(`there is no command ${message.what}`)
      process.send?.({ id: message.id, answer: await command(message.args) })
    } catch (error) {
      process.send?.({ id: message.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ id: 0, answer: 'ready' })
}
