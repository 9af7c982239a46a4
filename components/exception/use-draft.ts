'use client'

import { useEffect, useRef, useState } from 'react'
import { useViewerClock } from '@/components/ui/clock-context'
import { formatTimeUtc } from '@/lib/format'
import type { Answers } from './answers'
import { dropDraft, keepDraft, readDraft } from './draft'

const AUTOSAVE_MS = 700

/** The draft under a key: brought back once, kept a moment after each change and on demand, and forgotten when it is filed. */
export function useDraft(key: string, answers: Answers, restore: (draft: Answers) => void) {
  const { now } = useViewerClock()
  const [restoredAt, setRestoredAt] = useState<number | null>(null)
  const [said, setSaid] = useState('')
  const first = useRef<Answers | null>(null)
  const isGone = useRef(false)
  const at = () => now ?? Date.now()

  // Effect on the storage of this browser, which the server does not have.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each thing the form was opened for.
  useEffect(() => {
    first.current = answers
    const found = readDraft(key, at())
    if (!found) return
    first.current = found.draft
    restore(found.draft)
    setRestoredAt(found.savedAt)
  }, [key])

  // Effect on a timer and on that storage: what was changed is kept a moment later.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the instant is read when it is saved.
  useEffect(() => {
    if (first.current === null || isSame(first.current, answers) || isGone.current) return
    const timer = setTimeout(() => keepDraft(key, answers, at()), AUTOSAVE_MS)
    return () => clearTimeout(timer)
  }, [key, answers])

  return {
    restoredAt,
    said,
    save: () =>
      setSaid(
        keepDraft(key, answers, at())
          ? `Draft saved in this browser at ${formatTimeUtc(at())}. It is forgotten once it is filed, or after a week.`
          : 'This browser keeps nothing, so the draft could not be saved. Leave the page open.',
      ),
    drop: () => {
      isGone.current = true
      dropDraft(key)
      setRestoredAt(null)
      setSaid('')
      first.current = null
    },
  }
}

const isSame = (a: Answers, b: Answers): boolean => Object.entries(a).every(([field, value]) => b[field as keyof Answers] === value)
