import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { StepUpAction } from '@/components/ceremony/decision'
import { SealedText, WhileSealed } from '@/components/ceremony/sealed'
import { ApproveForm, DeclineForm } from '@/components/rotation/approve-forms'
import { PlanFacts } from '@/components/rotation/plan-facts'
import { canonicalText, sha256Hex } from '@/lib/domain/canonical'
import type { RotationPlan } from '@/lib/domain/rotation'
import type { FormAction } from '@/lib/http/form-state'

const router = { push: vi.fn(), refresh: vi.fn() }
vi.mock('next/navigation', async (original) => ({ ...(await original<object>()), useRouter: () => router }))

const stepUp = vi.fn<StepUpAction>()
const decide = vi.fn<FormAction>()
beforeEach(() => {
  router.push.mockReset()
  stepUp.mockReset().mockImplementation(async () => ({ state: { status: 'done', message: 'Confirmed.' }, proof: 'proof-1' }))
  decide.mockReset().mockImplementation(async () => ({ status: 'done', message: 'Approved.', href: '/signatures/SIG-0009' }))
})

const STEP = {
  number: null,
  group: null,
  asks: null,
  workingDirectory: null,
  expected: null,
  evidence: 'attestation',
  byHand: null,
  does: [],
  variants: [],
  captures: null,
  records: null,
  refersTo: null,
  derived: null,
} as const

const PLAN: RotationPlan = {
  v: 1,
  rotation: 'ROT-0058',
  number: 2,
  system: 'robodj',
  profile: 'prod',
  policy: { version: 4, hash: 'b'.repeat(64) },
  rule: 'prod',
  method: 'shift-pair',
  cause: 'suspected_exposure',
  reason: 'c'.repeat(64),
  incident: 'INC-0007',
  dueAt: null,
  secrets: [
    { mapping: 'secret-key', managerKey: 'store/prod/A_KEY', variable: 'A_KEY', brings: true },
    { mapping: 'second-key', managerKey: 'store/prod/A_V2_KEY', variable: 'A_V2_KEY', brings: false },
  ],
  variant: 'docker',
  window: { startsAt: '2026-11-22T06:00:00.000Z', endsAt: '2026-11-22T07:00:00.000Z' },
  runbook: { id: 'key-rotation', title: 'Key rotation', assumed: false, expected: 'PT5M', notice: 'Approx. 5 minutes.' },
  steps: [
    {
      ...STEP,
      id: 'stop',
      phase: 'during',
      text: 'Stop the services',
      command: null,
      does: [],
      variants: [
        { id: 'windows', title: 'Windows', command: 'Stop-Process', when: null, refused: null },
        { id: 'docker', title: 'Docker', command: 'docker compose down', when: null, refused: null },
        { id: 'env-file', title: 'env file', command: null, when: 'local only', refused: 'env file: local only, so not on prod.' },
      ],
    },
    { ...STEP, id: 'back', phase: 'rollback', text: 'Put the old key back', command: null, does: [], variants: [] },
  ],
  triggers: [{ id: 'boot-failure', text: 'The system fails to boot.' }],
  onFailure: { postmortem: null, text: 'Log the incident.' },
  states: [],
  owners: {
    mode: 'all',
    slots: [
      { id: 'a', title: 'Release Manager Agent', roles: [], agents: ['x'] },
      { id: 'b', title: 'SecOps', roles: ['secops'], agents: [] },
    ],
  },
  slots: [{ id: 'commander', title: 'Incident commander', roles: ['incident_commander'], last: false }],
}
const canonical = canonicalText(PLAN, { depth: 8 })
const hash = sha256Hex(canonical)

const common = {
  rotation: 'ROT-0058',
  slot: { key: 'commander', title: 'Incident commander' },
  sealedHash: hash,
  stepUp,
  here: '/here',
  back: '/back',
}
const fields = (form: FormData | undefined) => Object.fromEntries(form?.entries() ?? [])
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }))

describe('the plan that is read', () => {
  it('is drawn from the sealed text: keys, ways, refused ways with their rule, people, window, way back (000.24, 003)', async () => {
    render(
      <SealedText canonical={canonical} hash={hash} what="plan">
        <PlanFacts system="RoboDJ" hash={hash} reason="A token was seen in a chat." />
        <WhileSealed>
          <p>it may be decided</p>
        </WhileSealed>
      </SealedText>,
    )
    expect(await screen.findByText('it may be decided')).toBeTruthy()
    const text = document.body.textContent ?? ''
    for (const said of [
      'A_KEY',
      'takes the key that was primary',
      'Suspected exposure, an emergency',
      'INC-0007',
      'A token was seen in a chat.',
      'docker compose down',
      'env file: local only, so not on prod.',
      'all of Release Manager Agent and SecOps',
      'Incident commander',
      'Put the old key back',
      'The system fails to boot.',
      'about 5 min',
    ])
      expect(text).toContain(said)
    expect(text).not.toContain('Stop-Process')
  })

  it('offers nothing where the browser computes another hash (T32)', async () => {
    render(
      <SealedText canonical={canonical.replace('docker compose down', 'docker compose up')} hash={hash} what="plan">
        <WhileSealed>
          <p>it may be decided</p>
        </WhileSealed>
      </SealedText>,
    )
    expect(await screen.findByText('This page does not match the sealed plan.')).toBeTruthy()
    expect(screen.queryByText('it may be decided')).toBeNull()
  })
})

describe('approving', () => {
  it('steps up in a request of its own, and approves with the proof, never with the password (T01)', async () => {
    render(<ApproveForm {...common} approve={decide} />)
    await press('Approve as Incident commander')
    expect((await screen.findByRole('alert')).textContent).toMatch(/Tick the box.*Enter your password/)
    expect(stepUp).not.toHaveBeenCalled()
    await userEvent.click(screen.getByLabelText(/I have read the plan/))
    await userEvent.type(screen.getByLabelText(/Your password/), 'a long made-up phrase')
    await press('Approve as Incident commander')
    await waitFor(() => expect(decide).toHaveBeenCalledOnce())
    expect(fields(stepUp.mock.calls[0]?.[0])).toMatchObject({ sealedHash: hash, slot: 'commander', decision: 'approve' })
    expect(fields(decide.mock.calls[0]?.[1])).toEqual({
      rotation: 'ROT-0058',
      slot: 'commander',
      sealedHash: hash,
      confirmed: 'yes',
      proof: 'proof-1',
    })
    await waitFor(() => expect(router.push).toHaveBeenCalledWith('/signatures/SIG-0009'))
  })

  it('declines with a reason, which stays when something is missing', async () => {
    render(<DeclineForm {...common} decline={decide} />)
    await userEvent.type(screen.getByLabelText(/^Why/), 'The window is during a broadcast.')
    await press('Decline as Incident commander')
    expect((await screen.findByRole('alert')).textContent).toContain('Choose what the reason is about.')
    await userEvent.click(screen.getByLabelText('Timing'))
    await userEvent.type(screen.getByLabelText(/Your password/), 'a long made-up phrase')
    await press('Decline as Incident commander')
    await waitFor(() => expect(decide).toHaveBeenCalledOnce())
    expect(fields(decide.mock.calls[0]?.[1])).toMatchObject({ reasonKind: 'timing', reason: 'The window is during a broadcast.' })
  })
})
