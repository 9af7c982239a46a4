import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { StepUpAction } from '@/components/ceremony/decision'
import { DeclineForm, SignForm } from '@/components/promotion/ceremony-forms'
import { type Refusal, refuse } from '@/lib/domain/refusal'
import type { FormAction, FormState } from '@/lib/http/form-state'

const router = { push: vi.fn(), refresh: vi.fn() }
vi.mock('next/navigation', async (original) => ({ ...(await original<object>()), useRouter: () => router }))

const HASH = 'a'.repeat(64)
const PASSWORD = 'a long made-up phrase'
const said = (refusal: Refusal): FormState => ({
  status: 'refused',
  refusal,
  fieldErrors: refusal.place ? { [refusal.place]: [refusal.sentence] } : {},
  values: {},
})

const stepUp = vi.fn<StepUpAction>()
const decide = vi.fn<FormAction>()
const answers: FormState[] = []

beforeEach(() => {
  router.push.mockReset()
  router.refresh.mockReset()
  stepUp
    .mockReset()
    .mockImplementation(async () => ({ state: { status: 'done', message: 'Confirmed.' }, proof: `proof-${stepUp.mock.calls.length}` }))
  answers.length = 0
  decide.mockReset().mockImplementation(async () => answers.shift() ?? { status: 'done', message: 'Signed.' })
})
afterEach(() => vi.useRealTimers())

const common = {
  promotion: 'PRM-0142',
  slot: { key: 'management', title: 'Management' },
  sealedHash: HASH,
  stepUp,
  here: '/here',
  back: '/back',
}
const older = { version: '2.13.0', live: '2.14.0', profile: 'prod' }
const signing = (more: Partial<Parameters<typeof SignForm>[0]> = {}) =>
  render(<SignForm {...common} sign={decide} older={null} exceptions={0} {...more} />)
const press = (name: string | RegExp) => userEvent.setup().click(screen.getByRole('button', { name }))
const fields = (form: FormData | undefined) => Object.fromEntries(form?.entries() ?? [])
const sent = (call: number) => fields(decide.mock.calls[call]?.[1])
const password = () => screen.queryByLabelText<HTMLInputElement>(/Your password/)

describe('signing', () => {
  it('steps up in a request of its own and signs with the proof, never with the password (T01)', async () => {
    signing()
    const box = screen.getByLabelText<HTMLInputElement>('I have read the dossier.')
    expect(box.checked).toBe(false)
    await userEvent.click(box)
    await userEvent.type(password() as HTMLInputElement, PASSWORD)
    await press('Sign as Management')
    await waitFor(() => expect(decide).toHaveBeenCalledOnce())
    expect(fields(stepUp.mock.calls[0]?.[0])).toEqual({ sealedHash: HASH, slot: 'management', decision: 'approve', password: PASSWORD })
    expect(sent(0)).toEqual({ promotion: 'PRM-0142', slot: 'management', sealedHash: HASH, confirmed: 'yes', proof: 'proof-1' })
  })

  it('asks no server while a box is not ticked or the password is missing', async () => {
    signing({ older, exceptions: 2 })
    await press('Sign as Management')
    const alert = await screen.findByRole('alert')
    expect(alert.textContent).toMatch(/2\.14\.0 is newer.*Tick the box.*Enter your password/)
    expect(screen.getByLabelText(/and the 2 exceptions above/)).toBeTruthy()
    expect(stepUp).not.toHaveBeenCalled()
    expect(decide).not.toHaveBeenCalled()
  })

  it('takes a tick of its own for something older than what runs', async () => {
    signing({ older })
    await userEvent.click(screen.getByLabelText(/I have read/))
    await userEvent.type(password() as HTMLInputElement, PASSWORD)
    await press('Sign as Management')
    await screen.findByRole('alert')
    expect(stepUp).not.toHaveBeenCalled()
    await userEvent.click(screen.getByLabelText(/I know that 2\.13\.0 is older than 2\.14\.0/))
    await press('Sign as Management')
    await waitFor(() => expect(sent(0).acceptsOlder).toBe('yes'))
  })

  it.each([
    ['a wrong password', refuse('wrong_credentials', 'This is not your password. Nothing was signed; try again.', { place: 'password' })],
    ['too many tries', refuse('throttled', 'Too many tries. Wait 30 s, then try again.')],
  ])('says so after %s, keeps what was ticked and signs nothing', async (_, refusal) => {
    stepUp.mockImplementationOnce(async () => ({ state: said(refusal), proof: null }))
    signing()
    await userEvent.click(screen.getByLabelText(/I have read/))
    await userEvent.type(password() as HTMLInputElement, PASSWORD)
    await press('Sign as Management')
    expect((await screen.findByRole('alert')).textContent).toContain(refusal.sentence)
    expect(decide).not.toHaveBeenCalled()
    expect(screen.getByLabelText<HTMLInputElement>(/I have read/).checked).toBe(true)
    await press('Sign as Management')
    await waitFor(() => expect(decide).toHaveBeenCalledOnce())
  })

  it('asks for the password again when the proof is no longer taken, and loses nothing', async () => {
    answers.push(said(refuse('step_up_required', 'Confirm it is you again.')))
    signing()
    await userEvent.click(screen.getByLabelText(/I have read/))
    await userEvent.type(password() as HTMLInputElement, PASSWORD)
    await press('Sign as Management')
    expect((await screen.findByRole('alert')).textContent).toContain('Confirm it is you again.')
    await waitFor(() => expect(password()?.value).toBe(''))
    expect(screen.getByLabelText<HTMLInputElement>(/I have read/).checked).toBe(true)
    await userEvent.type(password() as HTMLInputElement, PASSWORD)
    await press('Sign as Management')
    await waitFor(() => expect(sent(1).proof).toBe('proof-2'))
  })

  it('uses a proof that was not used up for the next try, and asks again once it has aged', async () => {
    answers.push(said(refuse('busy', 'Try again.')), said(refuse('busy', 'Try again.')))
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
    signing()
    fireEvent.click(screen.getByLabelText(/I have read/))
    fireEvent.change(password() as HTMLInputElement, { target: { value: PASSWORD } })
    const go = () => act(async () => void fireEvent.click(screen.getByRole('button', { name: 'Sign as Management' })))
    await go()
    expect(screen.getByText(/You confirmed with your password/)).toBeTruthy()
    expect(password()).toBeNull()
    await go()
    expect(stepUp).toHaveBeenCalledOnce()
    expect(sent(1).proof).toBe('proof-1')
    await act(async () => void vi.advanceTimersByTime(120_000))
    expect(password()?.value).toBe('')
    await go()
    expect(decide).toHaveBeenCalledTimes(2)
    expect(screen.getByRole('alert').textContent).toContain('Enter your password')
  })

  it.each([
    refuse('conflict', 'Sofia Marek has already signed as Management. Nothing of yours was recorded.'),
    refuse('stale_version', 'You read another version. Version 6 is the one to decide on now.'),
    refuse('separation_of_duties', 'You have signed as SecOps. One person, one signature.'),
    refuse('held', 'Signing waits for fresh evidence.'),
  ])('says what came between ($code) and leads to what stands now', async (refusal) => {
    answers.push(said(refusal))
    signing()
    await userEvent.click(screen.getByLabelText(/I have read/))
    await userEvent.type(password() as HTMLInputElement, PASSWORD)
    await press('Sign as Management')
    expect((await screen.findByRole('alert')).textContent).toContain(refusal.sentence)
    expect(screen.queryByRole('button', { name: /Sign as/ })).toBeNull()
    expect(screen.getByRole('link', { name: 'Show what stands now' }).getAttribute('href')).toBe('/here')
  })

  it('goes to the receipt, once, and brings the frame up to date', async () => {
    answers.push({ status: 'done', message: 'Signed.', href: '/signatures/7' })
    signing()
    await userEvent.click(screen.getByLabelText(/I have read/))
    await userEvent.type(password() as HTMLInputElement, PASSWORD)
    await press('Sign as Management')
    await waitFor(() => expect(router.push).toHaveBeenCalledExactlyOnceWith('/signatures/7'))
    expect(router.refresh).toHaveBeenCalledOnce()
    expect((await screen.findByRole('link', { name: 'Open' })).getAttribute('href')).toBe('/signatures/7')
    expect(screen.queryByRole('button', { name: /Sign as/ })).toBeNull()
  })

  it('goes nowhere after a refusal', async () => {
    answers.push(said(refuse('busy', 'Try again.')))
    signing()
    await userEvent.click(screen.getByLabelText(/I have read/))
    await userEvent.type(password() as HTMLInputElement, PASSWORD)
    await press('Sign as Management')
    await screen.findByRole('alert')
    expect(router.push).not.toHaveBeenCalled()
  })

  it('stays on the page when the server does not answer', async () => {
    decide.mockRejectedValueOnce(new TypeError('Failed to fetch'))
    signing()
    await userEvent.click(screen.getByLabelText(/I have read/))
    await userEvent.type(password() as HTMLInputElement, PASSWORD)
    await press('Sign as Management')
    expect((await screen.findByRole('alert')).textContent).toContain('The server did not answer.')
    await press('Sign as Management')
    await waitFor(() => expect(decide).toHaveBeenCalledTimes(2))
    expect(stepUp).toHaveBeenCalledOnce()
  })
})

describe('declining', () => {
  const declining = () => render(<DeclineForm {...common} decline={decide} />)

  it('wants to know what it is about and why before it asks the server', async () => {
    declining()
    await press('Decline as Management')
    expect((await screen.findByRole('alert')).textContent).toMatch(/Choose what the reason is about.*Say why.*Enter your password/)
    expect(stepUp).not.toHaveBeenCalled()
  })

  it('keeps the reason when the secret filter refuses it, and names the place', async () => {
    answers.push(said(refuse('secret_refused', 'reason looks like an access key. Nothing was stored.', { place: 'reason' })), {
      status: 'done',
      message: 'Declined.',
      href: '/signatures/8',
    })
    declining()
    await userEvent.click(screen.getByLabelText('Risk'))
    await userEvent.type(screen.getByLabelText('Why'), 'The drill used another snapshot')
    await userEvent.type(password() as HTMLInputElement, PASSWORD)
    await press('Decline as Management')
    expect((await screen.findByRole('alert')).textContent).toContain('access key')
    const why = screen.getByLabelText<HTMLTextAreaElement>('Why')
    expect(why.value).toBe('The drill used another snapshot')
    expect(why.getAttribute('aria-invalid')).toBe('true')
    expect(screen.getByLabelText<HTMLInputElement>('Risk').checked).toBe(true)
    await press('Decline as Management')
    await waitFor(() => expect(decide).toHaveBeenCalledTimes(2))
    expect(fields(stepUp.mock.calls[0]?.[0]).decision).toBe('decline')
    await waitFor(() => expect(router.push).toHaveBeenCalledExactlyOnceWith('/signatures/8'))
    expect(sent(1)).toMatchObject({ reasonKind: 'risk', reason: 'The drill used another snapshot', proof: 'proof-1' })
  })
})
