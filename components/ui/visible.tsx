import { Fragment } from 'react'
import { visibleParts } from '@/lib/domain/text-safety'

/** A free text as somebody wrote it, with characters that would reorder or hide words drawn as marks ("RLO", "U+200B") in their place (T31). */
export function Visible({ text }: { text: string }) {
  return visibleParts(text).map((part, index) =>
    part.mark ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text have no other identity.
      <span key={index} className="unseen">
        {part.text}
      </span>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text have no other identity.
      <Fragment key={index}>{part.text}</Fragment>
    ),
  )
}
