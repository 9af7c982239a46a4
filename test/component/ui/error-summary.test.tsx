import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it } from 'vitest'
import { ErrorSummary } from '@/components/ui/error-summary'

it('takes the focus when it appears and leads to the fields', async () => {
  render(
    <>
      <ErrorSummary
        sentence="The token was not made."
        fields={[{ id: 'f-name', message: 'Give it a name.' }]}
        details={['Scopes are missing.']}
      />
      <input id="f-name" aria-label="Name" />
    </>,
  )
  expect(document.activeElement).toBe(screen.getByRole('alert'))
  expect(screen.getByRole('alert').textContent).toContain('Scopes are missing.')
  await userEvent.click(screen.getByRole('link', { name: 'Give it a name.' }))
  expect(document.activeElement).toBe(screen.getByLabelText('Name'))
})
