'use client'

import { ChevronDown } from 'lucide-react'
import { Avatar } from '@/components/ui/actor'
import { Field } from '@/components/ui/field'
import { useField } from '@/components/ui/form-context'

/** Who answers for it until it is closed: the viewer first, then whoever else acts on the system. */
export function OwnerField({
  owners,
  me,
  value,
  onValue,
}: {
  owners: readonly { id: string; name: string }[]
  me: string
  value: string
  onValue: (id: string) => void
}) {
  const field = useField('owner')
  const owner = owners.find(({ id }) => id === value)
  return (
    <Field id={field.id} label="Owner" errors={field.errors}>
      <span className="exc-owner">
        <span className="sel">
          {owner ? <Avatar name={owner.name} /> : null}
          <select
            id={field.id}
            name="owner"
            className="in"
            value={value}
            onChange={(event) => onValue(event.target.value)}
            aria-required="true"
            aria-invalid={field.errors.length > 0 || undefined}
            aria-describedby={field.errors.length > 0 ? `${field.id}-error` : undefined}
          >
            {owner ? null : <option value="">Choose who answers for it</option>}
            {owners.map(({ id, name }) => (
              <option key={id} value={id}>
                {id === me ? `${name}, you` : name}
              </option>
            ))}
          </select>
          <ChevronDown size={14} aria-hidden="true" />
        </span>
      </span>
    </Field>
  )
}
