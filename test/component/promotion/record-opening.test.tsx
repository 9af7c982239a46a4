import { render, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { expect, it, vi } from 'vitest'
import { RecordOpening } from '@/components/promotion/record-opening'

it('is told once, even where effects run twice and the page is drawn again, and survives a lost connection', async () => {
  const open = vi.fn(async (_: FormData) => {
    throw new Error('offline')
  })
  const page = (
    <StrictMode>
      <RecordOpening promotion="PRM-0142" open={open} />
    </StrictMode>
  )
  const { rerender } = render(page)
  await waitFor(() => expect(open).toHaveBeenCalledOnce())
  rerender(page)
  await new Promise((done) => setTimeout(done, 20))
  expect(open).toHaveBeenCalledOnce()
  expect(open.mock.calls[0]?.[0].get('promotion')).toBe('PRM-0142')
})
