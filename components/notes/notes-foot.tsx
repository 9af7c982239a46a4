import type { NotesFacts, NotesLog } from '@/lib/domain/notes-facts'
import { formatHash, formatHashShort, formatInstant, formatNumber } from '@/lib/format'

/** The foot of every printed page: the hash of the notes, and the checkpoint of the log they stand on (audit-log.md, 5). */
export function NotesFoot({ seal, log }: { seal: NotesFacts['seal']; log: NotesLog }) {
  const { checkpoint } = log
  return (
    <p className="rn-foot">
      {seal ? `SHA-256 ${formatHash(seal.hash)}` : 'Draft, not sealed'}
      {checkpoint ? (
        <>
          <br />
          Checkpoint of {formatNumber(checkpoint.size)} entries, {formatInstant(checkpoint.at)}, root {formatHashShort(checkpoint.root)}
        </>
      ) : null}
    </p>
  )
}
