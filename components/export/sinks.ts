import type { Sink } from './fetch-export'

/** As many bytes are held before they become a part, which the browser may put on its disk. */
const PART = 8 * 1024 * 1024

/** A file that comes in pieces, kept in parts that can be cut, and saved as a download when it is complete. */
export function partsSink(name: string): Sink {
  let parts: Blob[] = []
  let held: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  const settle = () => {
    if (held.length > 0) parts.push(new Blob(held))
    held = []
    size = 0
  }
  return {
    write(bytes) {
      held.push(bytes)
      size += bytes.length
      if (size >= PART) settle()
    },
    cutTo(length) {
      settle()
      parts = [new Blob(parts).slice(0, length)]
    },
    finish() {
      settle()
      const href = URL.createObjectURL(new Blob(parts))
      const link = document.createElement('a')
      link.href = href
      link.download = name
      link.click()
      // The browser reads it after the press; a minute is ample.
      setTimeout(() => URL.revokeObjectURL(href), 60_000)
      parts = []
    },
  }
}
