import { createReadStream } from 'node:fs'
import { TrailUnreadable } from '@/lib/domain/log/verify/source'

/** Whether an error of the file system says that there is no such file. */
export const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')

/** A file that is there and cannot be read tells nothing of the trail, neither good nor bad. */
export function unreadable(path: string, error: unknown): TrailUnreadable {
  return new TrailUnreadable(`${path} could not be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`)
}

/** The lines of a file, in the batches they are read in; none where there is no such file. Throws `TrailUnreadable` when it cannot be read. */
export async function* linesOf(path: string): AsyncGenerator<string[]> {
  let rest = ''
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 18 })) {
      const lines = `${rest}${chunk}`.split('\n')
      rest = lines.pop() ?? ''
      yield lines
    }
  } catch (error) {
    if (isAbsent(error)) return
    throw unreadable(path, error)
  }
  if (rest !== '') yield [rest]
}

/** The rows of a file of JSON lines, each read by `read`; null stands for a line that is none, or that `read` does not know. */
export async function* rowsOf<T>(path: string, read: (row: Record<string, unknown>) => T | null): AsyncGenerator<(T | null)[]> {
  for await (const lines of linesOf(path)) yield lines.map((line) => rowOf(line, read))
}

function rowOf<T>(line: string, read: (row: Record<string, unknown>) => T | null): T | null {
  try {
    const row = JSON.parse(line) as unknown
    return typeof row === 'object' && row !== null ? read(row as Record<string, unknown>) : null
  } catch {
    return null
  }
}
