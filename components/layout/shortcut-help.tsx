'use client'

import { Dialog } from '@/components/ui/dialog'
import { SHORTCUTS, setSingleLetters, useSingleLetters } from './shortcuts'

/** The table of keys, and the switch for single letters. */
export function ShortcutList() {
  const on = useSingleLetters()
  return (
    <div className="grid gap-4">
      <dl className="keys">
        {SHORTCUTS.map((shortcut) => (
          <div className="contents" key={shortcut.words}>
            <dt className="nowrap">
              {shortcut.keys.map((key, index) => (
                <span key={key}>
                  {index > 0 ? ' ' : null}
                  <kbd>{key}</kbd>
                </span>
              ))}
            </dt>
            <dd>{shortcut.words}</dd>
          </div>
        ))}
      </dl>
      <label className="check">
        <input type="checkbox" checked={on} onChange={(event) => setSingleLetters(event.target.checked)} />
        <span>
          Use single-letter keys
          <span className="c3 t-xs block">Ctrl K and Esc always work. Letters never act while you type. Kept in this browser.</span>
        </span>
      </label>
    </div>
  )
}

/** The same as a panel, under `?`. */
export function ShortcutHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard">
      <ShortcutList />
    </Dialog>
  )
}
