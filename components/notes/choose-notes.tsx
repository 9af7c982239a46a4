'use client'

import { useRouter } from 'next/navigation'
import { Select } from '@/components/ui/field'
import { routes } from '@/lib/routes'

/** Chooses which two notes of a profile stand beside each other. Works without JavaScript as a plain form. */
export function ChooseNotes({
  system,
  profile,
  versions,
  from,
  to,
}: {
  system: string
  profile: string
  versions: readonly { value: string; label: string }[]
  from?: string
  to?: string
}) {
  const router = useRouter()
  return (
    <form
      action={routes.notesCompare(system, profile)}
      className="row wrap tools mb-5 items-end gap-3"
      aria-label="Notes to compare"
      onSubmit={(event) => {
        event.preventDefault()
        const data = new FormData(event.currentTarget)
        router.push(routes.notesCompare(system, profile, { from: String(data.get('from')), to: String(data.get('to')) }))
      }}
    >
      <Select key={`from ${from}`} name="from" label="Older" options={versions} defaultValue={from} />
      <Select key={`to ${to}`} name="to" label="Newer" options={versions} defaultValue={to} />
      <button type="submit" className="btn">
        Compare
      </button>
    </form>
  )
}
