'use client'

import clsx from 'clsx'
import { Check, Copy, Link2 } from 'lucide-react'
import { useEffect, useState } from 'react'

/**
 * Copies `text` (or, with `link`, the address it names made absolute) and says so for two seconds, in words and to screen readers.
 * Where the clipboard is not available (plain http by another name) it says to copy by hand instead of failing silently.
 */
export function CopyButton({
  text,
  label = 'Copy',
  link = false,
  iconOnly = false,
  variant = 'ghost',
  size = 'sm',
  full = false,
}: {
  text: string
  label?: string
  link?: boolean
  iconOnly?: boolean
  variant?: 'ghost' | 'default' | 'primary'
  size?: 'sm' | 'md' | 'lg'
  full?: boolean
}) {
  const [said, setSaid] = useState<'' | 'Copied' | 'Copy it by hand'>('')

  // Effect on a timer: the word goes back after two seconds.
  useEffect(() => {
    if (!said) return
    const timer = setTimeout(() => setSaid(''), 2000)
    return () => clearTimeout(timer)
  }, [said])

  async function copy() {
    const what = link ? new URL(text, window.location.href).href : text
    try {
      await navigator.clipboard.writeText(what)
      setSaid('Copied')
    } catch {
      // Refused by the browser or not there at all; either way the person has to select it.
      setSaid('Copy it by hand')
    }
  }

  const icon = said === 'Copied' ? <Check size={14} /> : link ? <Link2 size={iconOnly ? 16 : 15} /> : <Copy size={14} />
  return (
    <span className={clsx('copy', full ? 'row' : 'contents')}>
      <button
        type="button"
        className={
          iconOnly
            ? 'iconbtn'
            : clsx('btn', variant === 'ghost' && 'ghost', variant === 'primary' && 'pri', size !== 'md' && size, full && 'grow')
        }
        aria-label={iconOnly ? label : undefined}
        onClick={copy}
      >
        {icon}
        {iconOnly ? null : said || label}
      </button>
      <span className="sr" role="status">
        {said}
      </span>
    </span>
  )
}
