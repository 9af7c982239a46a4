'use client'

import Link from 'next/link'
import { useEffect, useRef } from 'react'
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
  const box = useRef<HTMLDivElement>(null)

  // Effect on focus: someone who cannot see the summary appear is taken to it.
  useEffect(() => {
    box.current?.focus()
  }, [])

  return (
    <div className="errors" role="alert" tabIndex={-1} ref={box}>
      <h2>
        <StatusGlyph status="fail" size={14} />
        {sentence}
      </h2>
      {fields.length + details.length > 0 ? (
        <ul>
          {fields.map((field) => (
            <li key={`${field.id} ${field.message}`}>
              <a
                href={`#${field.id}`}
                onClick={(event) => {
                  const target = document.getElementById(field.id)
                  if (!target) return
                  event.preventDefault()
                  target.focus()
                }}
              >
                {field.message}
              </a>
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
