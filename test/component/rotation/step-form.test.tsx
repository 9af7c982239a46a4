import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { RollBackForm, StartForm } from '@/components/rotation/act-forms'
import { type StepAsks, StepForm } from '@/components/rotation/step-form'
import { refuse } from '@/lib/domain/refusal'
import type { FormAction } from '@/lib/http/form-state'

const record = vi.fn<FormAction>()
beforeEach(() => record.mockReset().mockImplementation(async () => ({ status: 'done', message: 'Recorded.' })))

const OPEN = { done: null, failed: null, not_applicable: null }
const ROTATE: StepAsks = {
  id: 'rotate',
  text: 'Rotate Keys',
  doneWords: 'Done, the new key is in the store',
  newKeys: [{ mapping: 'secret-key', variable: 'A_SECRET_KEY', old: 'k7', suggestion: 'k8' }],
  captures: null,
  asks: null,
  ways: { hand: true, words: null },
  variant: 'docker',
  evidence: false,
  choices: [],
}
const step = (more: Partial<StepAsks> = {}, rest: Partial<Parameters<typeof StepForm>[0]> = {}) =>
  render(<StepForm action={record} rotation="ROT-0058" step={{ ...ROTATE, ...more }} whyNot={OPEN} failing={false} {...rest} />)
const press = (name: string | RegExp) => userEvent.click(screen.getByRole('button', { name }))
const sent = () => Object.fromEntries(record.mock.calls[0]?.[1].entries() ?? [])

describe('the open step', () => {
  it('names on its button what is so afterwards, with the id of the key as it is typed (ux.md section 9)', async () => {
    step()
    expect(screen.getByRole('button', { name: 'Done, k8 is in the store' })).toBeTruthy()
    const field = screen.getByLabelText<HTMLInputElement>(/Id of the new key for A_SECRET_KEY/)
    expect(field.value).toBe('k8')
    await userEvent.clear(field)
    expect(screen.getByRole('button', { name: 'Done, the new key is in the store' })).toBeTruthy()
    await userEvent.type(field, '2026-11')
    await press('Done, 2026-11 is in the store')
    await waitFor(() => expect(record).toHaveBeenCalledOnce())
    expect(sent()).toMatchObject({
      rotation: 'ROT-0058',
      step: 'rotate',
      variant: 'docker',
      how: 'script',
      state: 'done',
      'newKey:secret-key': '2026-11',
    })
  })

  it('asks for a reference to what was captured, never for it (003.16)', async () => {
    step({ newKeys: [], ways: null, captures: 'Where the values before rotation are kept', doneWords: 'Done, the reference is recorded' })
    await userEvent.type(screen.getByLabelText(/Where the values before rotation are kept/), 'Safe 12')
    await press('Done, the reference is recorded')
    await waitFor(() => expect(sent()).toMatchObject({ reference: 'Safe 12', state: 'done' }))
    expect(sent()).not.toHaveProperty('how')
  })

  it('says that a step does not apply only where the runbook asks', () => {
    step()
    expect(screen.queryByRole('button', { name: 'Does not apply' })).toBeNull()
    step({ id: 'other', asks: 'if applicable' })
    expect(screen.getByRole('button', { name: 'Does not apply' })).toBeTruthy()
  })

  it('lets one of the offered ways be named, and none that is refused', async () => {
    step({
      variant: null,
      newKeys: [],
      choices: [
        { id: 'windows', title: 'Windows' },
        { id: 'docker', title: 'Docker' },
      ],
    })
    await userEvent.click(screen.getByLabelText('Docker'))
    await press(ROTATE.doneWords)
    await waitFor(() => expect(sent()).toMatchObject({ variant: 'docker' }))
  })

  it('is recorded as failed before anything has begun, and leads to the rollback afterwards', async () => {
    step({ newKeys: [] }, { failing: true })
    await press('It failed')
    await waitFor(() => expect(sent()).toMatchObject({ state: 'failed' }))
  })

  it('stays in sight with its reason for who may not record it, and sends nothing', async () => {
    const whyNot = refuse('not_allowed', 'This is for Release Manager Agent of RoboDJ.')
    step({}, { whyNot: { done: whyNot, failed: whyNot, not_applicable: whyNot } })
    const button = screen.getByRole('button', { name: 'Done, k8 is in the store' })
    expect(button.getAttribute('aria-disabled')).toBe('true')
    expect(screen.getByText(whyNot.sentence)).toBeTruthy()
    expect(screen.queryByLabelText(/Id of the new key/)).toBeNull()
    await userEvent.click(button)
    expect(record).not.toHaveBeenCalled()
  })
})

describe('calling it off', () => {
  it('is a second step with what was seen, and makes an incident where none is named (003.13)', async () => {
    render(
      <RollBackForm
        action={record}
        rotation="ROT-0058"
        whyNot={null}
        triggers={[
          { id: 'boot-failure', text: 'The system fails to boot.' },
          { id: 'failed-step', text: 'A step failed.' },
        ]}
        incidents={[{ id: 'INC-0007', title: 'Sign-in fails' }]}
        named={null}
        restores="k7 and k6 are in place"
        trigger="failed-step"
      />,
    )
    await userEvent.click(screen.getByText('It failed, roll back'))
    expect(screen.getByLabelText<HTMLInputElement>('A step failed.').checked).toBe(true)
    expect(screen.getByLabelText<HTMLSelectElement>(/Incident/).options[0]?.text).toBe('Make a new one')
    await userEvent.click(screen.getByLabelText('The system fails to boot.'))
    await userEvent.type(screen.getByLabelText(/In a few words/), 'It does not come up.')
    await press('Roll back, k7 and k6 are in place')
    await waitFor(() =>
      expect(sent()).toMatchObject({ rotation: 'ROT-0058', trigger: 'boot-failure', reason: 'It does not come up.', incident: '' }),
    )
  })
})

describe('starting', () => {
  it('is done in one owner slot, chosen where there are several', async () => {
    render(
      <StartForm
        action={record}
        rotation="ROT-0001"
        whyNot={null}
        owners={[
          { id: 'feature-owner', title: 'Feature owner' },
          { id: 'local-operator', title: 'Local operator' },
        ]}
      />,
    )
    await userEvent.click(screen.getByLabelText('Local operator'))
    await press('Start the rotation')
    await waitFor(() => expect(sent()).toMatchObject({ rotation: 'ROT-0001', owner: 'local-operator' }))
  })

  it('says what holds it', () => {
    render(
      <StartForm
        action={record}
        rotation="ROT-0001"
        whyNot={refuse('held', 'ROT-0001 waits for approval by Dev lead.')}
        owners={[{ id: 'feature-owner', title: 'Feature owner' }]}
      />,
    )
    expect(screen.getByRole('button').getAttribute('aria-disabled')).toBe('true')
    expect(screen.getByText('ROT-0001 waits for approval by Dev lead.')).toBeTruthy()
  })
})
