import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { draftKey } from '@/components/exception/draft'
import { ExceptionForm, type ExceptionFormStart } from '@/components/exception/exception-form'
import { PAUSE_MS } from '@/components/exception/preview'
import { ViewerClock } from '@/components/ui/clock-context'
import { refuse } from '@/lib/domain/refusal'
import type { FormAction } from '@/lib/http/form-state'
import type { RuleOffer } from '@/lib/queries/exception-new'

const router = { push: vi.fn(), refresh: vi.fn() }
vi.mock('next/navigation', async (original) => ({ ...(await original<object>()), useRouter: () => router }))

const NOW = '2026-11-19T14:32:00.000Z'
const HOUR = 3_600_000

const LOG: RuleOffer = {
  key: 'variable.A_LEVEL',
  kind: 'variable',
  profile: 'prod',
  title: 'A_LEVEL',
  expected: 'info',
  needsSignature: false,
  never: null,
  finding: { id: 'FND-0007', observed: 'debug', since: '2026-11-19T14:05:00.000Z' },
  open: null,
  previous: [
    {
      id: 'EXC-0019',
      reason: 'Looking for duplicates.',
      remediation: 'Set `A_LEVEL=info` and redeploy.',
      startsAt: '2026-10-10T08:00:00.000Z',
      endsAt: '2026-10-11T08:00:00.000Z',
      endedAt: '2026-10-11T07:00:00.000Z',
      status: 'closed',
      owner: 'Lena Fischer',
      extensions: 2,
    },
  ],
}
const GATE: RuleOffer = {
  ...LOG,
  key: 'gate.a-gate',
  kind: 'gate',
  title: 'A gate',
  expected: 'It passes',
  needsSignature: true,
  finding: null,
  previous: [],
}
const NEVER: RuleOffer = {
  ...GATE,
  key: 'constraint.plain',
  kind: 'cell',
  title: 'Plaintext secrets',
  never: {
    text: 'Plaintext secrets in Git.',
    provenance: { assumed: true },
    ways: [
      { kind: 'fix', sentence: 'Mend it.', rule: null },
      { kind: 'break-glass', sentence: 'Break-glass can allow it for a while.', rule: 'prod' },
      { kind: 'policy-change', sentence: 'Ask for a change of the policy.', rule: null },
    ],
  },
}

const START: ExceptionFormStart = {
  systems: [{ slug: 'a-system', name: 'A system' }],
  system: { slug: 'a-system', name: 'A system', sources: [{ id: 'doc', title: 'The document' }] },
  profiles: [
    { id: 'dev', class: 'development' },
    { id: 'prod', class: 'production' },
  ],
  rules: [LOG, GATE, NEVER],
  tiers: [
    { id: 'short', title: 'Up to 72 hours', upToMs: 72 * HOUR, slots: [] },
    { id: 'long', title: 'Longer', upToMs: null, slots: [{ title: 'Management', who: ['Martin Vasquez'] }] },
  ],
  owners: [
    { id: 'me', name: 'Jonah Weiss' },
    { id: 'lena', name: 'Lena Fischer' },
  ],
  me: { id: 'me', name: 'Jonah Weiss' },
  tells: ['Priya Raman', 'Ines Okafor'],
  whyNot: null,
  days: Array.from({ length: 43 }, (_, day) => ({
    at: new Date(Date.parse('2026-10-08T00:00:00Z') + day * 24 * HOUR).toISOString(),
    open: day < 20 ? 9 : 5,
  })),
  chosen: { profile: 'prod', rule: 'variable.A_LEVEL', observed: 'debug', finding: 'FND-0007' },
}

const file = vi.fn<FormAction>()
beforeEach(() => {
  window.localStorage.clear()
  router.push.mockReset()
  file.mockReset().mockImplementation(async () => ({ status: 'done', message: 'Filed as EXC-0034.', href: '/exceptions/EXC-0034' }))
})
afterEach(() => vi.useRealTimers())

const show = (start: Partial<ExceptionFormStart> = {}) =>
  render(
    <ViewerClock now={NOW} zone="UTC">
      <ExceptionForm start={{ ...START, ...start }} now={NOW} file={file} />
    </ViewerClock>,
  )
const why = () => screen.getByLabelText('Why, in one sentence')
const fix = () => screen.getByLabelText('How it gets fixed')
const preview = () => document.querySelector('.exc-preview')?.textContent ?? ''
const ticks = () => screen.getAllByRole('list', { name: /policy asks/ })[0] as HTMLElement
const fields = (form: FormData | undefined) => Object.fromEntries(form?.entries() ?? [])

describe('the form of an exception (000.32)', () => {
  it('is prefilled from where it was opened, and says how many answers are there', () => {
    show()
    expect(screen.getByText('Six answers. Opened from FND-0007, so three are already filled in.')).toBeTruthy()
    const what = document.querySelector('.exc-what')?.textContent ?? ''
    for (const said of ['A system', 'prod', 'A_LEVEL', 'the contract says', 'info', 'but is', 'debug']) expect(what).toContain(said)
    expect(screen.getByLabelText<HTMLInputElement>('Since').value).toBe('2026-11-19T14:05')
    expect(screen.getByText(/19 Nov 2026, 14:05/, { selector: '.shown' })).toBeTruthy()
    expect(screen.getByLabelText<HTMLSelectElement>('Owner').value).toBe('me')
  })

  it('says with every key what the release notes will print, and reads it out once somebody pauses', async () => {
    vi.useFakeTimers()
    show()
    expect(preview()).toContain('A system, prod. A_LEVEL is debug; the policy says info. From 19 Nov 2026, 14:05 UTC; owner Jonah Weiss')
    fireEvent.change(why(), { target: { value: 'tracing' } })
    expect(preview()).toContain('Tracing.')
    fireEvent.change(why(), { target: { value: 'tracing duplicates' } })
    expect(preview()).toContain('Tracing duplicates.')
    const live = document.querySelector('[aria-live="polite"].sr') as HTMLElement
    await act(() => vi.advanceTimersByTime(PAUSE_MS - 50))
    expect(live.textContent).toBe('')
    await act(() => vi.advanceTimersByTime(100))
    expect(live.textContent).toContain('expected 24 hours, until 20 Nov 2026, 14:05 UTC. Tracing duplicates.')
  })

  it('ticks off the four fields of the policy as they are given', async () => {
    show()
    const given = () =>
      within(ticks())
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent)
    expect(given()).toEqual(['Date and time, given', 'Owner, given', 'Expected duration, given', 'Remediation path, not given yet'])
    await userEvent.type(fix(), 'Set it back.')
    expect(given()).toContain('Remediation path, given')
    fireEvent.change(screen.getByLabelText('Since'), { target: { value: '' } })
    expect(given()).toContain('Date and time, not given yet')
  })

  it('marks lengths that take signatures, says whose, and what filing does then', async () => {
    show()
    expect(screen.getByRole('radio', { name: '7 days, needs signatures' })).toBeTruthy()
    expect(screen.getByRole('radio', { name: '24 hours' })).toBeTruthy()
    expect(screen.getByText(/Ends Fri 20 Nov 2026, 14:05 UTC\. Over 72 hours also needs Management\./)).toBeTruthy()
    expect(screen.getByText('Drift, covered until Fri 14:05')).toBeTruthy()
    await userEvent.click(screen.getByRole('radio', { name: /7 days/ }))
    expect(screen.getByText(/It covers once Management has signed/)).toBeTruthy()
    expect(screen.getByText('Drift, open until it is signed')).toBeTruthy()
    expect(screen.getByText('Martin Vasquez')).toBeTruthy()
    await userEvent.click(screen.getByRole('radio', { name: 'Until…' }))
    fireEvent.change(screen.getByLabelText('Until, UTC'), { target: { value: '2026-11-18T00:00' } })
    expect(screen.getByText(/That end has passed already/)).toBeTruthy()
  })

  it('files with Ctrl+Enter, goes to what was filed and forgets the draft', async () => {
    show()
    await userEvent.type(why(), 'Tracing duplicates.')
    await userEvent.click(screen.getByRole('button', { name: /Copy from EXC-0019/ }))
    expect((fix() as HTMLTextAreaElement).value).toBe('Set `A_LEVEL=info` and redeploy.')
    await userEvent.click(screen.getByRole('button', { name: 'Save draft' }))
    await userEvent.type(fix(), '{Control>}{Enter}{/Control}')
    await waitFor(() => expect(router.push).toHaveBeenCalledWith('/exceptions/EXC-0034'))
    expect(fields(file.mock.calls[0]?.[1])).toMatchObject({
      system: 'a-system',
      profile: 'prod',
      rule: 'variable.A_LEVEL',
      observed: 'debug',
      finding: 'FND-0007',
      reason: 'Tracing duplicates.',
      startsAt: '2026-11-19T14:05',
      duration: '24h',
      owner: 'me',
      remediation: 'Set `A_LEVEL=info` and redeploy.',
    })
    expect(window.localStorage.length).toBe(0)
  })

  it('keeps what is typed in this browser, brings it back, and starts over on demand', async () => {
    const { unmount } = show()
    await userEvent.type(why(), 'Half a sen')
    const key = draftKey('me', 'a-system', 'prod variable.A_LEVEL')
    await waitFor(() => expect(window.localStorage.getItem(key)).toContain('Half a sen'), { timeout: 3000 })
    unmount()
    show()
    expect(await screen.findByText(/Your draft of/)).toBeTruthy()
    expect((why() as HTMLTextAreaElement).value).toBe('Half a sen')
    await userEvent.click(screen.getByRole('button', { name: 'Start over' }))
    expect((why() as HTMLTextAreaElement).value).toBe('')
    expect(window.localStorage.getItem(key)).toBeNull()
  })

  it('shows what stands in the way on top with focus, and beside the field, and keeps what was typed', async () => {
    file.mockImplementation(async () => ({
      status: 'refused',
      refusal: refuse('invalid', 'Some fields need another look.'),
      fieldErrors: { remediation: ['Say how it gets fixed.'], until: ['The end lies in the past. Give one to come.'] },
      values: {},
    }))
    show()
    await userEvent.type(why(), 'Tracing duplicates.')
    await userEvent.click(screen.getByRole('button', { name: 'File exception' }))
    const summary = await screen.findByRole('alert')
    await waitFor(() => expect(summary.contains(document.activeElement) || summary === document.activeElement).toBe(true))
    expect(within(summary).getByRole('link', { name: 'Say how it gets fixed.' }).getAttribute('href')).toBe(`#${fix().id}`)
    expect(fix().getAttribute('aria-invalid')).toBe('true')
    const length = screen.getByRole('group', { name: 'Expected duration' })
    expect(
      within(summary)
        .getByRole('link', { name: /The end lies in the past/ })
        .getAttribute('href'),
    ).toBe(`#${length.id}`)
    expect((why() as HTMLTextAreaElement).value).toBe('Tracing duplicates.')
  })

  it('lets another rule be chosen, and takes over what a finding saw', async () => {
    show({ chosen: null })
    expect(screen.getByText('Six answers; since when and whose it is are already filled in.')).toBeTruthy()
    await userEvent.selectOptions(screen.getByLabelText('What deviates'), 'variable.A_LEVEL')
    expect(screen.getByLabelText<HTMLInputElement>('What is so instead').value).toBe('debug')
    expect(screen.getByLabelText<HTMLInputElement>('Since').value).toBe('2026-11-19T14:05')
    await userEvent.selectOptions(screen.getByLabelText('What deviates'), 'gate.a-gate')
    expect(screen.getByRole('radio', { name: '4 hours, needs signatures' })).toBeTruthy()
  })

  it('explains what no exception covers and offers what is possible', async () => {
    show({ chosen: { profile: 'prod', rule: 'constraint.plain', observed: 'a key in a file', finding: null } })
    expect(screen.getByText('No exception covers this.')).toBeTruthy()
    expect(screen.getByText(/Plaintext secrets in Git\./)).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Break glass' }).getAttribute('href')).toBe('/break-glass?system=a-system&rule=prod')
    expect(screen.getByRole('link', { name: 'Open the policy' })).toBeTruthy()
    expect(screen.getByRole('button', { name: 'File exception' }).getAttribute('aria-disabled')).toBe('true')
    expect(document.querySelector('.exc-preview')).toBeNull()
    expect(screen.queryByLabelText('Why, in one sentence')).toBeNull()
  })

  it('leads to the exception that is open already, and says to whom filing is denied why', () => {
    const { unmount } = show({ rules: [{ ...LOG, open: { id: 'EXC-0031', endsAt: NOW, status: 'approved' } }] })
    expect(screen.getByText(/EXC-0031 is open for this already/)).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Open EXC-0031' })).toBeTruthy()
    unmount()
    show({ whyNot: refuse('not_allowed', 'Drift exceptions of A system are filed by anybody with an acting role of it.') })
    expect(screen.getByText(/filed by anybody with an acting role/)).toBeTruthy()
  })

  it('shows the exceptions before from the same rule, and the line of open ones with this one', async () => {
    show()
    expect(screen.getByRole('img', { name: 'Open exceptions fell from 9 to 5 in six weeks; 6 with this one' })).toBeTruthy()
    expect(screen.getByRole('heading', { name: 'One before, from the same rule' })).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: 'Copy both texts of EXC-0019' }))
    expect((why() as HTMLTextAreaElement).value).toBe('Looking for duplicates.')
  })
})
