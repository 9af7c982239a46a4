import type { Verification } from '@/lib/domain/log/verify/source'

const WORDS = {
  good: 'GOOD',
  tampered: 'TAMPERED',
  unknown: 'CANNOT TELL',
} as const

/** What a verification came to, for people: the outcome first, then each finding with both values, then what nobody looked at. */
export function reportOf(result: Verification): string {
  const count = (number: number): string => number.toLocaleString('en-GB')
  const lines = [
    `${WORDS[result.outcome]}: ${result.origin || 'no log'}, ${count(result.size)} entries, ${count(result.checkpoints)} checkpoints, in ${(result.took / 1000).toFixed(1)} s`,
    `  root  ${result.root || 'none'}`,
    `  read  ${count(result.entries)} entries from their own bytes`,
  ]
  if (result.firstBad !== null) lines.push(`  first bad entry  #${count(result.firstBad + 1)} (index ${result.firstBad})`)
  if (result.findings.length > 0) lines.push('', `Found (${count(result.found)}):`)
  for (const { check, says, expected, found } of result.findings) {
    lines.push(`- ${check}: ${says}`)
    if (expected !== undefined) lines.push(`    expected  ${expected}`)
    if (found !== undefined) lines.push(`    found     ${found}`)
  }
  if (result.found > result.findings.length) lines.push(`- and ${count(result.found - result.findings.length)} more`)
  if (result.notChecked.length > 0) lines.push('', 'Not checked:', ...result.notChecked.map((sentence) => `- ${sentence}`))
  return `${lines.join('\n')}\n`
}

/** Writes to standard error how far a long verification is: at most once a second, over one line where somebody looks. */
export function progressTo(stream: NodeJS.WriteStream): { at(done: number, of: number): void; end(): void } {
  const started = Date.now()
  let last = started
  let isOpen = false
  return {
    at(done, of) {
      const now = Date.now()
      if (now - last < (stream.isTTY ? 250 : 5000)) return
      last = now
      const share = of === 0 ? 100 : Math.floor((done / of) * 100)
      const rate = Math.round(done / ((now - started) / 1000))
      const words = `${share} % · ${done.toLocaleString('en-GB')} of ${of.toLocaleString('en-GB')} entries · ${rate.toLocaleString('en-GB')} a second`
      stream.write(stream.isTTY ? `\r\u001b[2K${words}` : `${words}\n`)
      isOpen = stream.isTTY
    },
    end() {
      if (isOpen) stream.write('\r\u001b[2K')
    },
  }
}
