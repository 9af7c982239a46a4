import { Fragment } from 'react'
import { Words } from '@/components/policy/words'

/** The introduction of the document: paragraphs and one list, with `code` and **strong** words. Nothing else of Markdown, and never HTML (T21). */
export function Prose({ text }: { text: string }) {
  return text.split('\n\n').map((block) =>
    block.startsWith('- ') ? (
      <ul key={block} className="grid list-disc gap-1.5 pl-5">
        {block
          .slice(2)
          .split('\n- ')
          .map((line) => (
            <li key={line}>
              <Strong text={line} />
            </li>
          ))}
      </ul>
    ) : (
      <p key={block}>
        <Strong text={block} />
      </p>
    ),
  )
}

function Strong({ text }: { text: string }) {
  return text.split(/\*\*([^*]+)\*\*/).map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text have no other identity.
      <b key={index} className="bb">
        <Words text={part} />
      </b>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: as above.
      <Fragment key={index}>
        <Words text={part} />
      </Fragment>
    ),
  )
}
