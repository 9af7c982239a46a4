import { Fragment } from 'react'

/** The name of a variable or of a key in a store, in mono; it may break after a slash or an underscore and nowhere else. */
export function KeyName({ name }: { name: string }) {
  return (
    <code className="break-words">
      {name.split(/(?<=[/_])/).map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one name, in their order.
        <Fragment key={index}>
          {index > 0 ? <wbr /> : null}
          {part}
        </Fragment>
      ))}
    </code>
  )
}
