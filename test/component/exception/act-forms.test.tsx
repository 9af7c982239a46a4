import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { CloseForm, ExtendForm, WithdrawForm } from '@/components/exception/act-forms'
import { ApproveForm } from '@/components/exception/decide-forms'
import { ExceptionSpan } from '@/components/exception/exception-span'
import { ViewerClock } from '@/components/ui/clock-context'
import { refuse } from '@/lib/domain/refusal'
import type { FormAction } from '@/lib/http/form-state'

vi.mock('next/navigation', async (original) => ({ ...(await original<object>()), useRouter: () => ({ push: vi.fn(), refresh: vi.fn() }) }))

const action = vi.fn<FormAction>()
beforeEach(() => {
  action.mockReset().mockImplementation(async () => ({ status: 'done', message: 'Recorded.', href: '/signatures/SIG-0001' }))
})
const sent = () => Object.fromEntries(action.mock.calls[0]?.[1].entries() ?? [])

describe('acts on an exception', () => {
  it('closes with an observation, or with a link where one chooses that (000.32)', async () => {
    const observations = [{ id: 'obs-1', words: '19 Nov 2026, 16:00 UTC, runtime' }]
    render(<CloseForm action={action} exception="EXC-0031" whyNot={null} observations={observations} isOpen />)
    expect(screen.queryByLabelText('Where the evidence is')).toBeNull()
    await userEvent.type(screen.getByLabelText('How it was fixed'), 'Launcher restored.')
    await userEvent.click(screen.getByRole('button', { name: 'Close EXC-0031' }))
    await waitFor(() => expect(action).toHaveBeenCalledOnce())
    expect(sent()).toMatchObject({ exception: 'EXC-0031', note: 'Launcher restored.', observation: 'obs-1' })
    await userEvent.click(screen.getByLabelText('A link'))
    expect(screen.queryByLabelText('Observation')).toBeNull()
    expect(screen.getByLabelText('Where the evidence is')).toBeTruthy()
  })

  it('asks for a link where nothing was reported since', () => {
    render(<CloseForm action={action} exception="EXC-0031" whyNot={null} observations={[]} isOpen />)
    expect(screen.getByText('Nothing was reported since it was filed, so it takes a link.')).toBeTruthy()
  })

  it('keeps what is denied where it is, with the reason', () => {
    render(
      <>
        <CloseForm
          action={action}
          exception="EXC-0031"
          whyNot={refuse('not_allowed', 'It is closed by its owner.')}
          observations={[]}
          isOpen
        />
        <WithdrawForm action={action} exception="EXC-0031" whyNot={refuse('wrong_state', 'It runs already.')} />
      </>,
    )
    for (const [name, reason] of [
      ['Close EXC-0031', 'It is closed by its owner.'],
      ['Withdraw EXC-0031', 'It runs already.'],
    ]) {
      const button = screen.getByRole('button', { name })
      expect(button.getAttribute('aria-disabled')).toBe('true')
      expect(document.getElementById(button.getAttribute('aria-describedby') ?? '')?.textContent).toBe(reason)
    }
  })

  it('asks for more time until a date in UTC', async () => {
    render(
      <ViewerClock now="2026-11-19T14:32:00.000Z" zone="UTC">
        <ExtendForm action={action} exception="EXC-0031" whyNot={null} suggested="2026-11-23T17:30:00.000Z" />
      </ViewerClock>,
    )
    fireEvent.change(screen.getByLabelText('Until, UTC'), { target: { value: '2026-11-25T10:00' } })
    await userEvent.type(screen.getByLabelText('Why it takes longer'), 'The vendor needs longer.')
    const [, button] = screen.getAllByText('Ask for more time')
    await userEvent.click(button as HTMLElement)
    await waitFor(() => expect(action).toHaveBeenCalledOnce())
    expect(sent()).toEqual({ exception: 'EXC-0031', until: '2026-11-25T10:00', reason: 'The vendor needs longer.' })
  })

  it('approves under conditions, a line each', async () => {
    const stepUp = vi.fn(async () => ({ state: { status: 'done' as const, message: 'Confirmed.' }, proof: 'proof-1' }))
    render(
      <ApproveForm
        exception="EXC-0031"
        slot={{ key: 'secops', title: 'SecOps' }}
        sealedHash={'a'.repeat(64)}
        stepUp={stepUp}
        approve={action}
        here="/here"
        back="/back"
      />,
    )
    await userEvent.type(screen.getByLabelText(/On condition/), 'Staging only.{Enter}Logs are kept.')
    await userEvent.click(screen.getByLabelText(/I have read what deviates/))
    await userEvent.type(screen.getByLabelText(/Your password/), 'a long made-up phrase')
    await userEvent.click(screen.getByRole('button', { name: 'Approve as SecOps' }))
    await waitFor(() => expect(action).toHaveBeenCalledOnce())
    expect(sent()).toMatchObject({ exception: 'EXC-0031', slot: 'secops', proof: 'proof-1', confirmed: 'yes' })
    expect(String(sent().conditions)).toMatch(/Staging only\.\r?\nLogs are kept\./)
    expect(sent()).not.toHaveProperty('password')
  })
})

describe('the bar from start to end', () => {
  const at = (day: number) => new Date(Date.UTC(2026, 10, day, 12))

  it('says how much has passed, keeps earlier ends, and turns red over the end', () => {
    const { rerender } = render(
      <ExceptionSpan startsAt={at(10)} endsAt={at(20)} askedUntil={at(22)} endedAt={null} ends={[at(15), at(20)]} now={at(15)} />,
    )
    expect(screen.getByRole('img').getAttribute('aria-label')).toMatch(
      /^From 10 Nov 2026, 12:00 UTC to 20 Nov 2026, 12:00 UTC, \d+% of it has passed$/,
    )
    expect(document.querySelectorAll('.earlier')).toHaveLength(1)
    expect(document.querySelector('.asked')).not.toBeNull()
    expect(document.querySelector('.late')).toBeNull()
    rerender(<ExceptionSpan startsAt={at(10)} endsAt={at(20)} askedUntil={null} endedAt={null} ends={[at(20)]} now={at(23)} />)
    expect(document.querySelector('.late')).not.toBeNull()
    expect(screen.getByRole('img').getAttribute('aria-label')).toBe(
      'From 10 Nov 2026, 12:00 UTC; its end, 20 Nov 2026, 12:00 UTC, has passed',
    )
  })
})
