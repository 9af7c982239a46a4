'use client'

import { useRouter } from 'next/navigation'
import { Select } from '@/components/ui/field'
import { routes } from '@/lib/routes'

/** Chooses which two sealed versions stand beside each other. Works without JavaScript as a plain form. */
export function ChooseVersions({
  promotion,
  numbers,
  from,
  to,
}: {
  promotion: string
  numbers: readonly number[]
  from: number
  to: number
}) {
  const router = useRouter()
  const options = numbers.map((number) => ({ value: String(number), label: `Version ${number}` }))
  return (
    <form
      action={routes.promotionCompare(promotion)}
      className="row wrap mt-5 items-end gap-3"
      aria-label="Versions to compare"
      onSubmit={(event) => {
        event.preventDefault()
        const data = new FormData(event.currentTarget)
        router.push(routes.promotionCompare(promotion, { from: Number(data.get('from')), to: Number(data.get('to')) }))
      }}
    >
      <Select key={`from ${from}`} name="from" label="Before" options={options} defaultValue={String(from)} />
      <Select key={`to ${to}`} name="to" label="After" options={options} defaultValue={String(to)} />
      <button type="submit" className="btn">
        Compare
      </button>
    </form>
  )
}
