'use client'

import { X } from 'lucide-react'
import { type ReactNode, type RefObject, useEffect, useId, useRef } from 'react'

/**
 * A small floating panel on the browser's own modal dialog, which holds the focus, closes with Escape and returns the focus where it
 * was. (A library's overlay would inject styles that our content security policy refuses.) Never for forms, ceremony or receipts.
 */
export function Dialog({
  open,
  onClose,
  title,
  children,
  className = 'dlg',
  hideTitle,
  initialFocus,
}: {
  open: boolean
  onClose: () => void
  title: string
  children: ReactNode
  className?: string
  hideTitle?: boolean
  initialFocus?: RefObject<HTMLElement | null>
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()

  // Effect on the DOM dialog: showModal and close are the only way in and out of the top layer.
  useEffect(() => {
    const element = dialog.current
    if (!element) return
    if (open && !element.open) {
      element.showModal()
      initialFocus?.current?.focus()
    }
    if (!open && element.open) element.close()
  }, [open, initialFocus])

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself; the click is only on the backdrop.
    <dialog
      ref={dialog}
      className={className}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose()
      }}
    >
      {hideTitle ? (
        <h2 id={id} className="sr">
          {title}
        </h2>
      ) : (
        <div className="row between mb-3">
          <h2 id={id} className="h2">
            {title}
          </h2>
          <button type="button" className="iconbtn" aria-label="Close" onClick={onClose}>
            <X size={16} />
          </button>
        </div>
      )}
      {open ? children : null}
    </dialog>
  )
}
