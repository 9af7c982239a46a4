import type { NotesFacts, NotesLog } from '@/lib/domain/notes-facts'
import { formatHash, formatHashShort, formatInstant, formatNumber } from '@/lib/format'
import { PageFoot } from './page-foot'

/**
 * What is printed at the foot of every page, and in full at the end: the hash of the notes, and the checkpoint of the log they stand on
 * (audit-log.md, 5).
 */
export function NotesFoot({ seal, log }: { seal: NotesFacts['seal']; log: NotesLog }) {
  const { checkpoint } = log
  const brief = [
    seal ? `SHA-256 ${formatHashShort(seal.hash)}` : 'Draft, not sealed',
    ...(checkpoint ? [`Checkpoint ${formatNumber(checkpoint.size)}, root ${formatHashShort(checkpoint.root)}`] : []),
  ]
  return (
    <>
      <PageFoot text={brief.join('; ')} />
      <p className="rn-foot">
        {seal ? `SHA-256 ${formatHash(seal.hash)}` : 'Draft, not sealed'}
        {checkpoint ? (
          <>
            <br />
            Checkpoint of {formatNumber(checkpoint.size)} entries, {formatInstant(checkpoint.at)}, root {formatHash(checkpoint.root)}
          </>
        ) : null}
      </p>
    </>
  )
}
