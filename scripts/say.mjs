// What the scripts print: one line per step, with its time. Imports nothing that must be installed.

/** Milliseconds as people read them: `480 ms`, `3.2 s`, `1 min 12 s`. */
export function took(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}

/** One line to the console. Everything the scripts say goes through here, so that a caller can tell it from a program's output. */
export function say(line = '') {
  process.stdout.write(`${line}\n`)
}

/**
 * Runs `work` and prints what it is before and how long it took after, so that nobody looks at a silent screen.
 * `work` may return a string, which is printed as the outcome. Whatever it throws passes through.
 */
export async function step(what, work) {
  const from = performance.now()
  const terminal = process.stdout.isTTY
  process.stdout.write(terminal ? `  ${what} ...` : `  ${what} ...\n`)
  try {
    const outcome = await work()
    const detail = typeof outcome === 'string' ? `${outcome}, ` : ''
    process.stdout.write(
      terminal
        ? `\r\x1b[2K  ${what}: ${detail}${took(performance.now() - from)}\n`
        : `  ${what}: ${detail}${took(performance.now() - from)}\n`,
    )
    return outcome
  } catch (error) {
    process.stdout.write(terminal ? `\r\x1b[2K  ${what}: failed\n` : `  ${what}: failed\n`)
    throw error
  }
}

/** Something went wrong that the person at the keyboard can act on: printed as its sentence, without a stack. */
export class Told extends Error {}

/** Prints an error the way its reader needs it: a `Told` as its sentence, anything else with its stack, because that is a bug. */
export function tell(error) {
  process.stderr.write(`\n${error instanceof Told ? error.message : (error?.stack ?? String(error))}\n`)
}
