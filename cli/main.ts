import { VERIFY_HELP, verify } from './verify/command'
import { WITNESS_HELP, witness } from './witness/command'

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = { verify, witness }

const [name, ...args] = process.argv.slice(2)
const command = name === undefined ? undefined : COMMANDS[name]
if (command) {
  process.exitCode = await command(args)
} else {
  const asked = name === '--help' || name === 'help'
  const words = `countersign: what can be checked without the application. One file, Node 20 or newer, no network.\n\n${VERIFY_HELP}\n\n${WITNESS_HELP}\n`
  if (asked) process.stdout.write(words)
  else process.stderr.write(name === undefined ? words : `There is no command ${name}.\n\n${words}`)
  process.exitCode = asked ? 0 : 2
}
