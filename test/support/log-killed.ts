import { readKeyFile } from '../../sequencer/key-file'
import { openSequencer } from '../../sequencer/sequencer'

// A sequencer in a process of its own that kills itself outright at the step it is told (`KILL_AT`, in round `KILL_ROUND`), or seals until it is killed.

const { URL_OF_LOG, KEY_FILE, GUARD_FILE, KILL_AT, KILL_ROUND } = process.env as Record<string, string>

let round = 0
const file = readKeyFile(KEY_FILE as string)
if (!file) throw new Error('no keys')
const sequencer = await openSequencer({
  databaseUrl: URL_OF_LOG as string,
  keys: file.keys,
  guardFile: GUARD_FILE as string,
  anchorFile: `${GUARD_FILE}.anchors`,
  origin: file.origin,
  batch: 40,
  kill: (step) => {
    if (step === 'begun') round += 1
    if (step === KILL_AT && round >= Number(KILL_ROUND)) process.kill(process.pid, 'SIGKILL')
  },
})
for (;;) {
  const { integrated, state, reason } = await sequencer.round()
  if (state === 'refusing') {
    process.stderr.write(`${reason}\n`)
    process.exit(3)
  }
  process.stdout.write(`${state}\n`)
  await new Promise((resolve) => setTimeout(resolve, state === 'waiting' ? 20 : integrated > 0 ? 1 : 5))
}
