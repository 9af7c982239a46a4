import { Fragment } from 'react'
import { Visible } from '@/components/ui/visible'

/** Whether a whole text is what a machine says: one name with the marks of a path or an identifier, or a command with its options. */
export const isCode = (text: string): boolean =>
  /^[^\s`]+$/.test(text) ? /[\w*…][_/=@]|[_/=@][\w*]|\w\.\w/.test(text) : /^[a-z][\w./-]* [^`,;:]*--\w[^`,;:]*$/.test(text)

/**
 * The words of a document: what stands in backticks is set as code, and so is a text that is code and nothing else; everything else is plain text (T21),
 * with what would hide in it shown (T31).
 */
export function Words({ text }: { text: string }) {
  if (isCode(text))
    return (
      <code>
        <Visible text={text} />
      </code>
    )
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
