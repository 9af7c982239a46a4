import { act, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Live } from '@/components/layout/live'

const refresh = vi.fn()
let path = '/'
vi.mock('next/navigation', () => ({ useRouter: () => ({ refresh }), usePathname: () => path }))

class Stream extends EventTarget {
  static readonly CLOSED = 2
  static latest: Stream
  readyState = 1
  onerror = null
  constructor() {
    super()
    Stream.latest = this
  }
  close() {}
}
const STRIP = 'This changed while you were reading.'

async function hear(event: 'change' | 'own', system: string) {
  await act(async () => {
    Stream.latest.dispatchEvent(new MessageEvent(event, { data: JSON.stringify([[system, 'promotion', 'PRM-0142']]) }))
    await vi.advanceTimersByTimeAsync(6_000)
  })
}

function open(at: string, body = <p>Read this</p>) {
  path = at
  return render(
    <>
      <Live />
      <main data-system="robodj">{body}</main>
    </>,
  )
}

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true })
  refresh.mockClear()
  vi.stubGlobal('EventSource', Stream)
  vi.stubGlobal('fetch', async () => new Response('ok'))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('follows by itself on a page that is only read', async () => {
  open('/promotions/PRM-0142')
  await hear('change', 'robodj')
  await waitFor(() => expect(refresh).toHaveBeenCalledOnce())
  expect(screen.queryByText(STRIP)).toBeNull()
})

it('waits while a form is being answered, and follows afterwards', async () => {
  open('/promotions/PRM-0142', <button type="submit" aria-busy="true" />)
  await hear('change', 'robodj')
  expect(refresh).not.toHaveBeenCalled()
  screen.getByRole('button').removeAttribute('aria-busy')
  await act(() => vi.advanceTimersByTimeAsync(1_100))
  await waitFor(() => expect(refresh).toHaveBeenCalledOnce())
})

it('moves nothing under somebody who reads in order to sign, and says that it could', async () => {
  open('/promotions/PRM-0142/sign')
  await hear('change', 'robodj')
  expect(refresh).not.toHaveBeenCalled()
  await userEvent.setup({ advanceTimers: vi.advanceTimersByTime }).click(screen.getByRole('button', { name: 'Show what changed' }))
  await waitFor(() => expect(refresh).toHaveBeenCalledOnce())
  await waitFor(() => expect(screen.queryByText(STRIP)).toBeNull())
})

it('says nothing of what one did oneself on the page, nor of another system', async () => {
  open('/promotions/PRM-0142/sign')
  await hear('own', 'robodj')
  await hear('change', 'waxwatch')
  expect(screen.queryByText(STRIP)).toBeNull()
  await hear('change', 'robodj')
  expect(screen.getByText(STRIP)).toBeTruthy()
})

it('shows what one did oneself in another window, once this one was left alone', async () => {
  open('/promotions/PRM-0142/sign')
  await act(() => vi.advanceTimersByTimeAsync(20_000))
  await hear('own', 'robodj')
  expect(screen.getByText(STRIP)).toBeTruthy()
})

it('keeps what is being typed', async () => {
  open('/releases', <textarea aria-label="Note" />)
  await userEvent.setup({ advanceTimers: vi.advanceTimersByTime }).type(screen.getByLabelText('Note'), 'half a sentence')
  await hear('change', 'robodj')
  expect(refresh).not.toHaveBeenCalled()
  expect(screen.getByText(STRIP)).toBeTruthy()
})
