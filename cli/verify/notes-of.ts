/**
 * The signed checkpoints in a file that somebody kept: JSON lines with a `note` (the log's anchor file, and `checkpoints.jsonl`), or notes as they are,
 * one or several behind one another.
 */
export function notesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines[0]?.startsWith('{')) return lines.flatMap(noteOfLine)
  // A note is its text, an empty line and signature lines; the next one begins behind the last of those.
  const notes: string[] = []
  let note = ''
  for (const [at, line] of lines.entries()) {
    if (line === '' && at === lines.length - 1) break
    if (note.includes('\n\n— ') && !line.startsWith('— ')) {
      notes.push(note)
      note = ''
      if (line === '') continue
    }
    note += `${line}\n`
  }
  return note === '' ? notes : [...notes, note]
}

/** The note in a line; none in one that a crash cut off. */
function noteOfLine(line: string): string[] {
  try {
    const { note } = JSON.parse(line) as { note?: unknown }
    return typeof note === 'string' ? [note] : []
  } catch {
    return []
  }
}
