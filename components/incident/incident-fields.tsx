'use client'

import { Segmented, TextInput } from '@/components/ui/field'
import { SEVERITIES } from './incident-words'

/** What an incident is declared with at the least: what is wrong, and how bad. */
export function IncidentFields() {
  return (
    <div className="four grid gap-4">
      <TextInput name="title" label="What is wrong, a few words" maxLength={200} />
      <Segmented name="severity" label="How bad" options={SEVERITIES.map(({ value, label }) => ({ value, label }))} defaultValue="sev2" />
    </div>
  )
}
