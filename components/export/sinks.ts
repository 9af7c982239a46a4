import type { Sink } from './fetch-export'

type Picker = (options: { suggestedName: string }) => Promise<{ createWritable(): Promise<FileSystemWritableFileStream> }>

/** As many bytes are held before they become a part that the browser may put on its disk. */
const PART = 8 * 1024 * 1024

/**
 * Where a browser puts a file that comes in pieces: straight into the file that the person chooses where it can ask for one, else into parts that it
 * saves at the end. Null when the person chose none. Has to be called from a press of theirs.
 */
export async function openSink(name: string): Promise<Sink | null> {
  const pick = (window as { showSaveFilePicker?: Picker }).showSaveFilePicker
  if (!pick) return partsSink(name)
  try {
    const file = await (await pick.call(window, { suggestedName: name })).createWritable()
    return {
      write: (bytes) => file.write(bytes),
      async cutTo(length) {
        await file.truncate(length)
        await file.seek(length)
      },
      finish: () => file.close(),
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null
    // A browser may know of the way and forbid it, as in a frame.
    return partsSink(name)
  }
}

/** A file in parts, saved as a download when it is complete. */
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
    async write(bytes) {
      held.push(bytes)
      size += bytes.length
      if (size >= PART) settle()
    },
    async cutTo(length) {
      settle()
      parts = [new Blob(parts).slice(0, length)]
    },
    async finish() {
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
