import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type AskActions, AskForm } from '@/components/fallback/ask-form'
import type { AskFormView } from '@/components/fallback/ask-incident'
import { ViewerClock } from '@/components/ui/clock-context'
import { refuse } from '@/lib/domain/refusal'
import type { FormAction } from '@/lib/http/form-state'

const router = { push: vi.fn(), refresh: vi.fn() }
vi.mock('next/navigation', async (original) => ({ ...(await original<object>()), useRouter: () => router }))

const HOUR = 3_600_000
const PASSWORD = 'a long made-up phrase'
const SEALED = 'b'.repeat(64)
const INCIDENT = { id: 'INC-0208', title: 'prod cannot decrypt config', openedAt: '2026-11-19T01:51:00.000Z', reference: null }

const VIEW: AskFormView = {
  system: 'a-system',
  systemName: 'A system',
  profile: 'prod',
  rule: 'prod',
  files: [
    { mapping: 'first', file: 'first.key' },
    { mapping: 'second', file: 'second.key' },
  ],
  allows: null,
  purposes: [{ value: 'break-glass', label: 'Break-glass' }],
  needsTicket: false,
  needsIncident: true,
  incidents: [INCIDENT],
  incident: INCIDENT.id,
  lengths: [
    { ms: HOUR, label: '1 hour' },
    { ms: 2 * HOUR, label: '2 hours' },
    { ms: 4 * HOUR, label: '4 hours' },
  ],
  safer: null,
  opensAlone: true,
  ownSlot: 'own',
  after: 'Priya and Ines. Clean-up evidence is due within 24 hours of its end.',
  whyNot: null,
  whyNotDeclare: null,
}

const ask = vi.fn<AskActions['ask']>()
const stepUp = vi.fn<AskActions['stepUp']>()
const open = vi.fn<FormAction>()
const declare = vi.fn<FormAction>()
const fields = (form: FormData | undefined) => Object.fromEntries(form?.entries() ?? [])

beforeEach(() => {
  for (const mock of [router.push, router.refresh, ask, stepUp, open, declare]) mock.mockReset()
  ask.mockImplementation(async () => ({
    state: { status: 'done', message: 'BG-0007 is asked for.', href: '/break-glass/BG-0007' },
    asked: { id: 'BG-0007', sealedHash: SEALED, opensAlone: true },
  }))
  stepUp.mockImplementation(async () => ({ state: { status: 'done', message: 'Confirmed.' }, proof: 'a-proof' }))
  open.mockImplementation(async () => ({ status: 'done', message: 'BG-0007 is open.', href: '/break-glass/BG-0007' }))
})

function show(more: Partial<AskFormView> = {}) {
  render(
    <ViewerClock now="2026-11-19T02:12:00.000Z" zone="UTC">
      <AskForm view={{ ...VIEW, ...more }} actions={{ ask, stepUp, open, declare }}>
        <p>The rules</p>
      </AskForm>
    </ViewerClock>,
  )
  return userEvent.setup()
}
const reason = () => screen.getByLabelText('What you see, a few words')
const password = () => screen.queryByLabelText<HTMLInputElement>(/Your password/)
const asked = () => screen.findByLabelText<HTMLInputElement>(/Your password/)

describe('a commander’s own request (000.21, 000.23)', () => {
  it('fills in what is known, and repeats the duration on the one button', async () => {
    const user = show()
    expect(screen.getByText('INC-0208')).toBeTruthy()
    expect(screen.getByText(/Filled in for you/)).toBeTruthy()
    expect(screen.getByText(/Nothing else changes/).textContent).toBe('Reading first.key and second.key from disk. Nothing else changes.')
    expect(screen.getByRole('button', { name: 'Break glass for 2 hours' })).toBeTruthy()
    await user.click(screen.getByLabelText('4 hours'))
    expect(screen.getByRole('button', { name: 'Break glass for 4 hours' })).toBeTruthy()
    expect(screen.getByText(/Closes by itself at/).textContent).toContain('06:12 UTC')
    expect(password()).toBeNull()
  })

  it('asks, confirms and opens in three requests, and the password travels in its own alone (T01)', async () => {
    const user = show()
    await user.type(reason(), 'V1 decrypt errors after restart')
    await user.click(screen.getByRole('button', { name: 'Break glass for 2 hours' }))
    await waitFor(() => expect(document.activeElement).toBe(password()))
    expect(ask).not.toHaveBeenCalled()
    await user.type(await asked(), PASSWORD)
    await user.click(screen.getByRole('button', { name: 'Break glass for 2 hours' }))
    await waitFor(() => expect(router.push).toHaveBeenCalledWith('/break-glass/BG-0007'))
    const sent = ask.mock.calls[0]?.[0]
    expect(sent?.getAll('secrets')).toEqual(['first', 'second'])
    expect(fields(sent)).toMatchObject({
      system: 'a-system',
      rule: 'prod',
      purpose: 'break-glass',
      incident: 'INC-0208',
      forMs: String(2 * HOUR),
      reason: 'V1 decrypt errors after restart',
    })
    expect(fields(sent)).not.toHaveProperty('password')
    expect(fields(stepUp.mock.calls[0]?.[0])).toEqual({ sealedHash: SEALED, slot: 'own', decision: 'approve', password: PASSWORD })
    expect(fields(open.mock.calls[0]?.[1])).toEqual({ fallback: 'BG-0007', sealedHash: SEALED, proof: 'a-proof' })
  })

  it('does not ask twice after a wrong password, and says that nothing is open yet', async () => {
    stepUp.mockImplementationOnce(async () => ({
      state: { status: 'refused', refusal: refuse('wrong_credentials', 'That is not your password.'), fieldErrors: {}, values: {} },
      proof: null,
    }))
    const user = show()
    await user.type(reason(), 'Decrypt errors')
    await user.click(screen.getByRole('button', { name: /Break glass for/ }))
    await user.type(await asked(), 'wrong')
    await user.click(screen.getByRole('button', { name: /Break glass for/ }))
    await screen.findByText(/That is not your password/)
    expect(await screen.findByText(/BG-0007 is asked for as it stands above. Nothing is open yet./)).toBeTruthy()
    await user.clear(await asked())
    await user.type(await asked(), PASSWORD)
    await user.click(screen.getByRole('button', { name: /Break glass for/ }))
    await waitFor(() => expect(router.push).toHaveBeenCalledWith('/break-glass/BG-0007'))
    expect(ask).toHaveBeenCalledOnce()
  })

  it('allows only the files that stay ticked', async () => {
    const user = show()
    await user.click(screen.getByText('Only some of them'))
    await user.click(screen.getByLabelText('first.key'))
    expect(screen.getByText(/Nothing else changes/).textContent).toBe('Reading second.key from disk. Nothing else changes.')
  })
})

describe('somebody else’s request (000.19, 000.20)', () => {
  it('asks for a grant without a password and goes to the request', async () => {
    ask.mockImplementation(async () => ({
      state: { status: 'done', message: 'Asked.', href: '/break-glass/BG-0008' },
      asked: { id: 'BG-0008', sealedHash: SEALED, opensAlone: false },
    }))
    const user = show({ opensAlone: false, needsIncident: false, incidents: [], incident: null, needsTicket: true })
    await user.type(reason(), 'Decrypt errors')
    await user.click(screen.getByRole('button', { name: 'Ask to break glass for 2 hours' }))
    expect((await screen.findByRole('alert')).textContent).toContain('Name the ticket.')
    expect(ask).not.toHaveBeenCalled()
    await user.type(screen.getByLabelText(/Ticket/), 'OPS-2231')
    await user.click(screen.getByRole('button', { name: 'Ask to break glass for 2 hours' }))
    await waitFor(() => expect(router.push).toHaveBeenCalledWith('/break-glass/BG-0008'))
    expect(stepUp).not.toHaveBeenCalled()
    expect(open).not.toHaveBeenCalled()
  })

  it('keeps the button and says why, for whom it is not allowed', () => {
    show({ whyNot: refuse('not_allowed', 'On prod this is asked for by SecOps.') })
    const button = screen.getByRole('button', { name: 'Break glass for 2 hours' })
    expect(button.getAttribute('aria-disabled')).toBe('true')
    expect(screen.getByText('On prod this is asked for by SecOps.')).toBeTruthy()
  })
})

describe('no open incident where one is needed (000.21)', () => {
  it('declares it inline and comes back with it', async () => {
    declare.mockImplementation(async () => ({ status: 'done', message: 'INC-0210 is declared.', href: '/break-glass?incident=INC-0210' }))
    const user = show({ incidents: [], incident: null })
    expect(screen.queryByRole('button', { name: /Break glass for/ })).toBeNull()
    await user.type(screen.getByLabelText(/What is wrong/), 'prod cannot decrypt config')
    await user.click(screen.getByRole('button', { name: 'Declare incident first' }))
    await waitFor(() => expect(router.push).toHaveBeenCalledWith('/break-glass?incident=INC-0210'))
    expect(fields(declare.mock.calls[0]?.[1])).toMatchObject({ system: 'a-system', profile: 'prod', rule: 'prod', severity: 'sev2' })
    expect(screen.getByText('The rules')).toBeTruthy()
  })
})
