import { fireEvent, render, screen } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { AcknowledgeForm, RaiseForm, ResolveForm } from '@/components/finding/finding-forms'
import { findingStatus, findingWords } from '@/components/finding/finding-words'
import { IDLE } from '@/lib/http/form-state'

const action = vi.fn(async () => IDLE)
const NOW = new Date('2026-11-19T12:00:00Z')

describe('raising a conflict or a disagreement', () => {
  const show = (stops: boolean, whyNot: { sentence: string } | null = null) =>
    render(
      <RaiseForm
        action={action}
        system="stack"
        kind="conflict"
        document={null}
        documents={[{ id: 'doc-002', title: 'Step 08' }]}
        profiles={['staging', 'production']}
        stops={stops}
        whyNot={whyNot}
      />,
    )

  it('a conflict is of the whole system and says what it holds (002.3); a disagreement may be of a profile (004.1)', () => {
    show(true)
    expect(screen.getByText('Every promotion of the system waits until somebody else has resolved it.')).toBeTruthy()
    expect(screen.queryByText('Where')).toBeNull()
    fireEvent.click(screen.getByLabelText('Code, a workflow or a script'))
    expect(screen.getByText('Where')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Raise the disagreement' })).toBeTruthy()
    expect(screen.getByText(/The document wins/)).toBeTruthy()
  })

  it('does not say that promotions wait where the policy does not stop them', () => {
    show(false)
    expect(screen.queryByText(/Every promotion/)).toBeNull()
  })

  it('denied it stays, with the rule', () => {
    show(true, { sentence: 'Conflicts of Stack are raised by people with an acting role there.' })
    expect(screen.getByRole('button', { name: /Raise the conflict/ }).getAttribute('aria-disabled')).toBe('true')
    expect(screen.queryByLabelText('The document says')).toBeNull()
  })
})

describe('acknowledging and resolving', () => {
  it('say what they do not do, and who else has to', () => {
    render(
      <>
        <AcknowledgeForm action={action} finding="FND-0004" whyNot={null} />
        <ResolveForm
          action={action}
          finding="FND-0005"
          whyNot={{ sentence: 'You raised FND-0005. Another Release Manager resolves it.' }}
        />
      </>,
    )
    expect(screen.getByText('It stays open, and holds what it holds.')).toBeTruthy()
    expect(screen.getByRole('button', { name: /Resolve FND-0005/ }).getAttribute('aria-disabled')).toBe('true')
    expect(screen.getByText(/You raised FND-0005/)).toBeTruthy()
  })
})

describe('where a finding stands, in shape and words', () => {
  const of = { kind: 'drift', severity: 'block', profile: 'prod', closed: null, exception: null } as const
  const exception = { id: 'EXC-0031', endsAt: new Date('2026-11-22T09:20:00Z') }
  it.each([
    [of, 'open-drift', 'Holds promotions to prod'],
    [{ ...of, profile: null, kind: 'conflict' }, 'open-drift', 'Holds every promotion'],
    [{ ...of, severity: 'warn' }, 'open-drift', 'Drift, no exception'],
    [{ ...of, severity: 'note' }, 'waiting', 'Noted, holds nothing'],
    [{ ...of, exception }, 'drift', 'Covered by EXC-0031 until Sun 22 Nov'],
    [{ ...of, closed: { at: NOW, how: 'facts' } }, 'pass', 'Gone, seen 19 Nov 2026'],
    [{ ...of, closed: { at: NOW, how: 'explained' } }, 'pass', 'Explained by a governed change, 19 Nov 2026'],
  ] as const)('%#', (finding, status, words) => {
    expect(findingStatus(finding)).toBe(status)
    expect(findingWords(finding, NOW)).toBe(words)
  })
})
