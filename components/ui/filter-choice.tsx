import { ChevronDown } from 'lucide-react'

/** One filter of a list: a choice with a word for all of it (`any`). Its name for a screen reader is `label`. */
export function FilterChoice({
  name,
  label,
  any,
  value,
  options,
}: {
  name: string
  label: string
  any: string
  value?: string
  options: readonly (readonly [string, string])[]
}) {
  return (
    <span className="sel">
      <select key={value} name={name} className="in" defaultValue={value ?? ''} aria-label={label}>
        <option value="">{any}</option>
        {options.map(([key, words]) => (
          <option key={key} value={key}>
            {words}
          </option>
        ))}
      </select>
      <ChevronDown size={14} aria-hidden="true" />
    </span>
  )
}
