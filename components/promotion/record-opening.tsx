'use client'

import { useEffect, useRef } from 'react'

/** Records once that a possible signer opened the live sealed version, on the dossier and in the ceremony. Shows nothing. */
export function RecordOpening({ promotion, open }: { promotion: string; open: (form: FormData) => Promise<void> }) {
  const sent = useRef(false)

  // Effect on mount: reading is what is recorded; a page that is only fetched ahead of a click is not read. A moment later, because the router
  // takes no action before the effects around this one have run.
  useEffect(() => {
    const timer = setTimeout(() => {
      if (sent.current) return
      sent.current = true
      const form = new FormData()
      form.set('promotion', promotion)
      // A lost connection loses nothing: the next opening is still the first one on record. What went wrong on the server is in its log.
      open(form).catch(() => undefined)
    })
    return () => clearTimeout(timer)
  }, [open, promotion])

  return null
}
