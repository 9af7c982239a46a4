import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import { OpenForm, type OpenIncident, type OpenWay } from '@/components/promotion/open-form'
import { EmergencyChip } from '@/components/promotion/parts'
import type { FormAction, FormState } from '@/lib/http/form-state'

vi.mock('next/navigation', async (original) => ({ ...(await original<object>()), useRouter: () => ({ push: vi.fn(), refresh: vi.fn() }) }))

const WAYS: OpenWay[] = [
  { id: 'dev->staging', from: 'dev', to: 'staging', gates: 2, slots: ['Release Manager'], emergency: null },
  {
    id: 'staging->prod',
    from: 'staging',
    to: 'prod',
    gates: 4,
    slots: ['Release Manager', 'Management'],
    emergency: {
      slots: ['Incident commander', 'SecOps'],
      skippable: [{ id: 'drill', title: 'Rollback drill' }],
      never: ['Secret preflight'],
    },
  },
]
const INCIDENT: OpenIncident = { id: 'INC-0208', title: 'Playback stops', severity: 'sev1' }

function show(incidents: OpenIncident[], way = 'staging->prod') {
  const sent: Record<string, unknown>[] = []
  const action: FormAction = async (_: FormState, form: FormData) => {
    sent.push(
      Object.fromEntries([...new Set(form.keys())].map((key) => [key, form.getAll(key).length > 1 ? form.getAll(key) : form.get(key)])),
    )
    return { status: 'done', message: 'Opened.' }
  }
  render(
    <OpenForm
      action={action}
      system={{ slug: 'robodj', name: 'RoboDJ' }}
      ways={WAYS}
      releases={[{ version: '2.4.0', note: 'built today' }]}
      incidents={incidents}
      chosen={{ way }}
      whyNot={null}
    />,
  )
  return sent
}

describe('the form that opens a promotion', () => {
  it('is an ordinary one unless an emergency is chosen: nothing of an incident is sent (000.21)', async () => {
    const sent = show([INCIDENT])
    expect(screen.queryByLabelText('Incident')).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: 'Open the promotion' }))
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]).toMatchObject({ emergency: 'no', version: '2.4.0', to: 'prod' })
    expect(sent[0]).not.toHaveProperty('incident')
  })

  it('asks an emergency for its incident, what cannot wait and why, and says who signs and what holds even then (000.21)', async () => {
    const sent = show([INCIDENT])
    await userEvent.click(screen.getByRole('radio', { name: 'Emergency' }))
    expect(screen.getByText(/Signed by Incident commander and SecOps only/)).toBeDefined()
    expect(screen.getByText(/Holds even now: Secret preflight/)).toBeDefined()
    await userEvent.click(screen.getByRole('checkbox', { name: 'Rollback drill' }))
    await userEvent.type(screen.getByLabelText(/Why they cannot wait/), 'Nobody can play.')
    await userEvent.click(screen.getByRole('button', { name: 'Open the promotion' }))
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]).toMatchObject({ emergency: 'yes', incident: 'INC-0208', skipGates: 'drill', skipReason: 'Nobody can play.' })
  })

  it('offers none without an open incident, nor where the policy has none', () => {
    show([])
    expect(screen.queryByRole('radio', { name: 'Emergency' })).toBeNull()
    expect(screen.getByRole('link', { name: 'Declare an incident' }).getAttribute('href')).toBe('/incidents/new?system=robodj')
  })

  it('offers none on a way that has no emergency', () => {
    show([INCIDENT], 'dev->staging')
    expect(screen.queryByRole('radio', { name: 'Emergency' })).toBeNull()
    expect(screen.queryByText(/No incident of/)).toBeNull()
  })
})

it('an emergency is a hatched chip with its incident, an ordinary promotion none at all', () => {
  const { container } = render(
    <>
      <EmergencyChip incident="INC-0208" />
      <EmergencyChip incident={null} />
    </>,
  )
  expect(container.querySelectorAll('.chip.glass')).toHaveLength(1)
  expect(container.textContent).toBe('Emergency, INC-0208')
})
