import { checkSignature } from '@/lib/crypto/check-signature'
import { toHex } from '@/lib/domain/log/bytes'
import { type StatementCheck, verifyStatement } from '@/lib/domain/log/statement/verify'

/** A statement that was handed in, and what its check came to. */
export type CheckedStatement = StatementCheck & { path: string }

/** Statements to check: `see` gets the leaves of the trail beside them, so that the entries which a statement names are found in it. */
export function openStatements(files: readonly { path: string; text: string }[]): {
  count: number
  see(index: number, leaf: Uint8Array): void
  check(vkeys: readonly string[], hasTrail: boolean): Promise<CheckedStatement[]>
} {
  // Whatever looks like a hash in a statement may be that of an entry: its payload is base64 in the envelope.
  const named = new Map<string, number | null>()
  for (const { text } of files) for (const hash of hashesIn(text)) named.set(hash, null)
  return {
    count: files.length,
    see(index, leaf) {
      const hash = toHex(leaf)
      if (named.has(hash)) named.set(hash, index)
    },
    check: (vkeys, hasTrail) =>
      Promise.all(
        files.map(async ({ path, text }) => ({
          path,
          ...(await verifyStatement(text, {
            check: checkSignature,
            vkeys,
            ...(hasTrail ? { indexOf: (leaf: string) => named.get(leaf) ?? null } : {}),
          })),
        })),
      ),
  }
}

function hashesIn(text: string): string[] {
  try {
    const { payload } = JSON.parse(text) as { payload?: unknown }
    return typeof payload === 'string'
      ? (Buffer.from(payload, 'base64')
          .toString('utf8')
          .match(/[0-9a-f]{64}/g) ?? [])
      : []
  } catch {
    return []
  }
}

const WORDS = { good: 'GOOD', tampered: 'TAMPERED', unknown: 'CANNOT TELL' } as const

/** What the check of a statement came to, for people. */
export function statementReport({ path, outcome, about, findings, notChecked }: CheckedStatement): string {
  const lines = [`${WORDS[outcome]}: ${path}, ${about ?? 'no statement'}`, ...findings.map((says) => `- ${says}`)]
  if (notChecked.length > 0) lines.push('Not checked:', ...notChecked.map((says) => `- ${says}`))
  return `${lines.join('\n')}\n`
}
