import { Fragment } from 'react'
import { Visible } from '@/components/ui/visible'

/** The words of a document: what stands in backticks is set as code, everything else is plain text (T21), with what would hide in it shown (T31). */
export function Words({ text }: { text: string }) {
  const parts = text.split(/`([^`]+)`/)
  return parts.map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text have no other identity.
      <code key={index}>
        <Visible text={part} />
      </code>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text have no other identity.
      <Fragment key={index}>
        <Visible text={part} />
      </Fragment>
    ),
  )
}
