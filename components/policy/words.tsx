import { Fragment } from 'react'

/** The words of a document: what stands in backticks is set as code, everything else is plain text (T21). */
export function Words({ text }: { text: string }) {
  const parts = text.split(/`([^`]+)`/)
  // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text have no other identity.
  return parts.map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : <Fragment key={index}>{part}</Fragment>))
}
