'use client'

import { keepPreviousData, QueryClient, QueryClientProvider, queryOptions, useQuery } from '@tanstack/react-query'
import clsx from 'clsx'
import { Search } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useEffect, useId, useRef, useState } from 'react'
import { Dialog } from '@/components/ui/dialog'
import { routes } from '@/lib/routes'
import { entryKey, matches, type PaletteEntry, type PaletteItem } from './palette-item'

const LIMIT = 30

/** A hint that is a key ("g p", "t") is of no use where there is no keyboard. */
const isKey = (hint: string | undefined): boolean => /^(g )?\S$/.test(hint ?? '')

/** One resource, one set of options (architecture.md, Reads): what was found stays for a while, so that going back over a word asks nothing. */
const searchOptions = (query: string) =>
  queryOptions({
    queryKey: ['search', query],
    queryFn: async ({ signal }): Promise<PaletteItem[]> => {
      const response = await fetch(routes.search(query), { signal, headers: { accept: 'application/json' } })
      if (!response.ok) throw new Error(`search answered ${response.status}`)
      return ((await response.json()) as { items?: PaletteItem[] }).items ?? []
    },
    enabled: query.length >= 2,
    retry: false,
    staleTime: 15_000,
    // While the next word is on its way, what the last one found stays: rows do not jump between two keys.
    placeholderData: query.length >= 2 ? keepPreviousData : undefined,
  })

/** What the server finds, a moment after the last key; a key that comes sooner calls the question back. Empty while nothing is typed. */
function useSearch(query: string, open: boolean): { items: PaletteItem[]; failed: boolean } {
  const [asked, setAsked] = useState('')

  // Effect on a timer: one request per pause in typing.
  useEffect(() => {
    const timer = setTimeout(() => setAsked(open ? query.trim() : ''), open && query.trim() ? 120 : 0)
    return () => clearTimeout(timer)
  }, [query, open])

  const { data, isError } = useQuery(searchOptions(asked))
  const isAsked = asked.length >= 2 && query.trim().length >= 2
  return { items: isAsked && !isError ? (data ?? []) : [], failed: isAsked && isError }
}

type PaletteProps = { open: boolean; onClose: () => void; entries: readonly PaletteEntry[] }

/** Search and command, with what it found kept beside it: nothing else on screen is fetched by the browser. */
export function Palette(props: PaletteProps) {
  const [client] = useState(() => new QueryClient())
  return (
    <QueryClientProvider client={client}>
      <PaletteDialog {...props} />
    </QueryClientProvider>
  )
}

/**
 * Search and command (ux.md section 14). A combobox over a listbox: the focus stays in the field, the chosen row is named by
 * `aria-activedescendant`, which is derived from the rows on screen and so can never name one that is gone.
 * Nothing governed runs from here: entries lead to pages. An entry with a refusal stays, with its reason.
 */
function PaletteDialog({ open, onClose, entries }: PaletteProps) {
  const router = useRouter()
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState<string | null>(null)
  const { items, failed } = useSearch(query, open)

  const own = entries.filter((entry) => !query.trim() || matches(entry, query.trim()))
  const seen = new Set<string>()
  const shown: PaletteEntry[] = []
  for (const entry of [...items, ...own]) {
    const key = entryKey(entry)
    if (seen.has(key) || shown.length >= LIMIT) continue
    seen.add(key)
    shown.push(entry)
  }
  const active = Math.max(
    0,
    shown.findIndex((entry) => entryKey(entry) === chosen),
  )
  const optionId = (entry: PaletteEntry) => `${id}-${entryKey(entry)}`
  const current = shown[active]

  function close() {
    setQuery('')
    setChosen(null)
    onClose()
  }

  function choose(entry: PaletteEntry | undefined) {
    if (!entry || ('refusal' in entry && entry.refusal)) return
    close()
    if ('run' in entry) entry.run()
    else router.push(entry.href)
  }

  function move(to: number) {
    const entry = shown[(to + shown.length) % shown.length]
    if (!entry) return
    setChosen(entryKey(entry))
    document.getElementById(optionId(entry))?.scrollIntoView?.({ block: 'nearest' })
  }

  return (
    <Dialog open={open} onClose={close} title="Search or run a command" hideTitle className="dlg palette" initialFocus={input}>
      <div className="ask">
        <Search size={18} className="c3" />
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-label="Search or run a command"
          aria-expanded={shown.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={current ? optionId(current) : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder="An id, name, hash or variable; or a command"
          value={query}
          onChange={(event) => {
            setQuery(event.target.value)
            setChosen(null)
          }}
          onKeyDown={(event) => {
            const steps: Record<string, number> = { ArrowDown: active + 1, ArrowUp: active - 1 }
            const to = steps[event.key]
            if (to !== undefined) {
              event.preventDefault()
              move(to)
            } else if (event.key === 'Enter') {
              event.preventDefault()
              choose(current)
            }
          }}
        />
        <kbd>Esc</kbd>
      </div>
      <div role="listbox" id={`${id}-list`} aria-label="Results">
        {shown.map((entry, index) => {
          const refusal = 'refusal' in entry ? entry.refusal : null
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the field, which keeps the focus.
            // biome-ignore lint/a11y/useFocusableInteractive: options of a combobox are named by aria-activedescendant instead.
            <div
              key={entryKey(entry)}
              id={optionId(entry)}
              role="option"
              aria-selected={index === active}
              aria-disabled={refusal ? true : undefined}
              onMouseMove={() => setChosen(entryKey(entry))}
              onClick={() => choose(entry)}
            >
              <span className="kind">{entry.kind}</span>
              <span>{entry.title}</span>
              <span className={clsx('hint', isKey(entry.hint) && 'not-phone')}>{entry.hint}</span>
              {refusal ? <span className="why-not">{refusal.sentence}</span> : null}
            </div>
          )
        })}
      </div>
      {shown.length === 0 ? <p className="none">Nothing is called “{query}”.</p> : null}
      {failed ? <p className="none">Search did not answer; pages and commands still work.</p> : null}
      <div className="tips" aria-hidden="true">
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> move
        </span>
        <span>
          <kbd>Enter</kbd> open
        </span>
        <span>
          <kbd>Esc</kbd> close
        </span>
      </div>
      <span className="sr" role="status">
        {shown.length} {shown.length === 1 ? 'result' : 'results'}
      </span>
    </Dialog>
  )
}
