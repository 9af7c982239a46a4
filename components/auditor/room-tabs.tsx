import { Tabs } from '@/components/ui/tabs'
import { routes } from '@/lib/routes'

/** The parts of the auditor's room; `period` goes along where both sides know it. */
export function RoomTabs({
  current,
  period,
}: {
  current: 'questions' | 'population' | 'segregation'
  period?: { from?: string; to?: string; system?: string }
}) {
  return (
    <div className="mt-4">
      <Tabs
        label="Auditor’s room"
        items={[
          { label: 'Trail', href: routes.audit() },
          {
            label: 'Questions',
            href: period ? `${routes.auditRoom()}${query(period)}` : routes.auditRoom(),
            current: current === 'questions',
          },
          { label: 'Changes', href: routes.auditPopulation(period), current: current === 'population' },
          { label: 'Segregation', href: routes.auditSegregation({ system: period?.system }), current: current === 'segregation' },
        ]}
      />
    </div>
  )
}

function query(period: { from?: string; to?: string; system?: string }): string {
  const given = Object.entries(period).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}
