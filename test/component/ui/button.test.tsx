import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'
import { Button, LinkButton } from '@/components/ui/button'

it('a button that says no stays focusable, names its reason and does nothing', async () => {
  const sign = vi.fn()
  render(
    <Button onClick={sign} refusal={{ sentence: 'You wrote 2 of these commits.', details: ['abc1234', 'def5678'] }}>
      Sign as Management
    </Button>,
  )
  const button = screen.getByRole('button', { name: 'Sign as Management' })
  expect(button.getAttribute('aria-disabled')).toBe('true')
  expect(button.hasAttribute('disabled')).toBe(false)
  const reason = document.getElementById(button.getAttribute('aria-describedby') ?? '')
  expect(reason?.textContent).toContain('You wrote 2 of these commits.')
  expect(reason?.textContent).toContain('def5678')
  await userEvent.tab()
  expect(document.activeElement).toBe(button)
  await userEvent.click(button)
  expect(sign).not.toHaveBeenCalled()
})

it('a button without a refusal acts', async () => {
  const sign = vi.fn()
  render(<Button onClick={sign}>Sign as Management</Button>)
  await userEvent.click(screen.getByRole('button', { name: 'Sign as Management' }))
  expect(sign).toHaveBeenCalledOnce()
})

it('a link that may not be followed is a denied button, not a link', () => {
  render(
    <LinkButton href="/x" refusal={{ sentence: 'Only the Release Manager seals.' }}>
      Seal version 5
    </LinkButton>,
  )
  expect(screen.queryByRole('link')).toBeNull()
  expect(screen.getByRole('button', { name: 'Seal version 5' }).getAttribute('aria-disabled')).toBe('true')
})

it('never submits a form that it stands in', async () => {
  const submitted = vi.fn((event: React.FormEvent) => event.preventDefault())
  render(
    <form onSubmit={submitted}>
      <Button>Look</Button>
      <Button refusal={{ sentence: 'No.' }}>Denied</Button>
    </form>,
  )
  await userEvent.click(screen.getByRole('button', { name: 'Look' }))
  await userEvent.click(screen.getByRole('button', { name: 'Denied' }))
  expect(submitted).not.toHaveBeenCalled()
})
