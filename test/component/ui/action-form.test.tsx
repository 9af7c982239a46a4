import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { Checkbox, Segmented, Select, TextArea, TextInput } from '@/components/ui/field'
import { refuse } from '@/lib/domain/refusal'
import type { FormAction, FormState } from '@/lib/http/form-state'

const REFUSED: FormState = {
  status: 'refused',
  refusal: refuse('invalid', 'The exception was not filed.', { details: ['Nothing was kept.'] }),
  fieldErrors: { title: ['Say what deviates.'] },
  values: { title: '' },
}

function Sample({ action }: { action: FormAction }) {
  return (
    <ActionForm action={action} label="File" hidden={{ promotion: 'PRM-1' }}>
      <TextInput name="title" label="What deviates" hint="One line." />
      <TextArea name="why" label="Why" optional />
      <Select name="owner" label="Owner" placeholder="Choose" options={[{ value: 'jw', label: 'Jonah Weiss' }]} />
      <Segmented
        name="duration"
        label="Duration"
        options={[
          { value: '4h', label: '4 hours' },
          { value: '24h', label: '24 hours' },
        ]}
      />
      <Checkbox name="confirm" label="I have read it" />
      <SubmitButton name="intent" value="file" pendingLabel="Filing">
        File exception
      </SubmitButton>
    </ActionForm>
  )
}

it('keeps everything that was typed after a refusal, and says the words at the field too', async () => {
  const action = vi.fn<FormAction>(async () => REFUSED)
  render(<Sample action={action} />)
  const user = userEvent.setup()
  await user.type(screen.getByLabelText('What deviates'), 'LOG_LEVEL')
  await user.type(screen.getByLabelText(/Why/), 'Tracing duplicates')
  await user.selectOptions(screen.getByLabelText('Owner'), 'jw')
  await user.click(screen.getByLabelText('24 hours'))
  await user.click(screen.getByLabelText('I have read it'))
  await user.click(screen.getByRole('button', { name: 'File exception' }))

  const summary = await screen.findByRole('alert')
  expect(summary.textContent).toContain('The exception was not filed.')
  expect(summary.textContent).toContain('Nothing was kept.')
  await waitFor(() => expect(document.activeElement).toBe(summary))

  const title = screen.getByLabelText<HTMLInputElement>('What deviates')
  expect(title.value).toBe('LOG_LEVEL')
  expect(screen.getByLabelText<HTMLTextAreaElement>(/Why/).value).toBe('Tracing duplicates')
  expect(screen.getByLabelText<HTMLSelectElement>('Owner').value).toBe('jw')
  expect(screen.getByLabelText<HTMLInputElement>('24 hours').checked).toBe(true)
  expect(screen.getByLabelText<HTMLInputElement>('I have read it').checked).toBe(true)
  expect(title.getAttribute('aria-invalid')).toBe('true')
  const described = (title.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent)
  expect(described).toEqual(['Say what deviates.', 'One line.'])

  await user.click(screen.getByRole('link', { name: 'Say what deviates.' }))
  expect(document.activeElement).toBe(title)
  expect(window.location.hash).toBe('')

  const sent = action.mock.calls[0]?.[1]
  expect(Object.fromEntries(sent ?? [])).toEqual({
    promotion: 'PRM-1',
    title: 'LOG_LEVEL',
    why: 'Tracing duplicates',
    owner: 'jw',
    duration: '24h',
    confirm: 'on',
    intent: 'file',
  })
})

it('takes the focus to the summary again after a second refusal', async () => {
  render(<Sample action={async () => ({ ...REFUSED })} />)
  const user = userEvent.setup()
  await user.click(screen.getByRole('button', { name: 'File exception' }))
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('alert')))
  await user.click(screen.getByRole('button', { name: 'File exception' }))
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('alert')))
})

it('says that it is done and empties the form', async () => {
  render(<Sample action={async () => ({ status: 'done', message: 'EXC-0034 is filed.', href: '/exceptions/EXC-0034' })} />)
  const user = userEvent.setup()
  await user.type(screen.getByLabelText('What deviates'), 'LOG_LEVEL')
  await user.click(screen.getByRole('button', { name: 'File exception' }))
  expect((await screen.findByRole('status')).textContent).toContain('EXC-0034 is filed.')
  expect(screen.getByRole('link', { name: 'Open' }).getAttribute('href')).toBe('/exceptions/EXC-0034')
  expect(screen.getByLabelText<HTMLInputElement>('What deviates').value).toBe('')
})

it('runs once however often the button is pressed before the answer, and again after it', async () => {
  let answer: (state: FormState) => void = () => {}
  const action = vi.fn<FormAction>(() => new Promise((resolve) => (answer = resolve)))
  render(<Sample action={action} />)
  const user = userEvent.setup()
  await user.click(screen.getByRole('button', { name: 'File exception' }))
  await user.click(await screen.findByRole('button', { name: 'Filing' }))
  await user.click(screen.getByRole('button', { name: 'Filing' }))
  expect(action).toHaveBeenCalledOnce()
  answer(REFUSED)
  await user.click(await screen.findByRole('button', { name: 'File exception' }))
  await waitFor(() => expect(action).toHaveBeenCalledTimes(2))
  answer(REFUSED)
})

it('Ctrl and Enter send it from any field', async () => {
  const action = vi.fn<FormAction>(async () => REFUSED)
  render(<Sample action={action} />)
  const user = userEvent.setup()
  await user.click(screen.getByLabelText(/Why/))
  await user.keyboard('{Control>}{Enter}{/Control}')
  await waitFor(() => expect(action).toHaveBeenCalledOnce())
})
