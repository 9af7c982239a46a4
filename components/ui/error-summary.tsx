'use client'

import { useEffect, useRef } from 'react'
import { Link } from '@/components/ui/link'
import { StatusGlyph } from './status'

/**
 * What stands in the way of a form, above it: takes the focus when it appears, and each field's words link to the field.
 * `fields` maps a field's DOM id to its words; `details` are the further sentences of a refusal.
 */
export function ErrorSummary({
  sentence,
  details = [],
  fields = [],
  help,
}: {
  sentence: string
  details?: readonly string[]
  fields?: readonly { id: string; message: string }[]
  help?: { href: string; label: string }
}) {
  // A refusal that is about one field says it once, and leads there.
  const [only] = fields
  const same = fields.length === 1 && only?.message === sentence ? only : null
  const listed = same ? [] : fields
  const box = useRef<HTMLDivElement>(null)

  // Effect on focus: someone who cannot see the summary appear is taken to it.
  useEffect(() => {
    box.current?.focus()
  }, [])

  return (
    <div className="errors" role="alert" tabIndex={-1} ref={box}>
      <h2>
        <StatusGlyph status="fail" size={14} />
        {same ? <FieldLink id={same.id}>{sentence}</FieldLink> : sentence}
      </h2>
      {listed.length + details.length > 0 ? (
        <ul>
          {listed.map((field) => (
            <li key={`${field.id} ${field.message}`}>
              <FieldLink id={field.id}>{field.message}</FieldLink>
            </li>
          ))}
          {details.map((detail) => (
            <li key={detail}>{detail}</li>
          ))}
        </ul>
      ) : null}
      {help ? (
        <p>
          <Link className="link" href={help.href}>
            {help.label}
          </Link>
        </p>
      ) : null}
    </div>
  )
}

function FieldLink({ id, children }: { id: string; children: string }) {
  return (
    <a
      href={`#${id}`}
      onClick={(event) => {
        const target = document.getElementById(id)
        if (!target) return
        event.preventDefault()
        target.focus()
      }}
    >
      {children}
    </a>
  )
}
