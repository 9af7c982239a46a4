import { render, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { NotesBlock } from '@/components/notes/notes-article'
import { ExceptGate } from '@/components/promotion/except-gate'
import { LiveDrift } from '@/components/promotion/live-drift'
import { notesException } from '@/lib/domain/notes-exceptions'
import { exceptionBlock } from '@/lib/domain/notes-sections'
import { dossierOf } from '@/lib/domain/promotion'
import { holdsOf } from '@/lib/domain/promotion-holds'
import { refuse } from '@/lib/domain/refusal'
import { aFinding, anException, aPromotion, deviating, NOW, sealed } from '../../unit/domain/facts'
import { NOTES_LINKS } from '../../unit/domain/notes'

describe('live drift of a dossier', () => {
  const show = (findings: Parameters<typeof deviating>[1], exceptions: Parameters<typeof deviating>[0] = [], before = findings) => {
    const facts = aPromotion(deviating(exceptions, findings))
    const then = sealed(facts, aPromotion(deviating([], before)))
    return render(
      <LiveDrift
        d={{
          phase: 'held',
          findings: facts.drift,
          dossier: then.sealed?.dossier ?? dossierOf(facts, 1),
          sealed: { number: 1, hash: '', canonical: '', sealedAt: NOW, sealedBy: null },
          holds: holdsOf(facts),
          system: facts.system,
        }}
      />,
    )
  }

  it('names each deviation of source and target with its finding, and what it holds', () => {
    show([aFinding(), aFinding({ id: 'FND-0008', profile: 'staging', severity: 'warn' })])
    expect(screen.getByRole('heading', { name: 'Live drift' })).toBeTruthy()
    expect(screen.getByRole('link', { name: 'FND-0007' }).getAttribute('href')).toBe('/findings/FND-0007')
    const [grave, lesser] = screen.getAllByRole('listitem').map(({ textContent }) => textContent)
    expect(grave).toMatch(/prod: Launch path: python\. The policy says: RoboDJ_Launcher\.bat\. FND-0007.*holds this promotion/)
    expect(lesser).toMatch(/staging: .*FND-0008/)
    expect(lesser).not.toContain('holds')
  })

  it('says what came and what went since the seal, and which exception waits for approval', () => {
    const filed = anException({ id: 'EXC-0040', status: 'filed', approvedAt: null })
    show([aFinding()], [filed], [aFinding({ id: 'FND-0001', rule: 'routes.dev' })])
    const [open, closed] = screen.getAllByRole('listitem').map(({ textContent }) => textContent)
    expect(open).toMatch(/EXC-0040 waits for approval, found since the seal/)
    expect(closed).toMatch(/FND-0001, closed since the seal/)
  })

  it('is not there where everything is covered or nothing deviates; notes are counted only', () => {
    expect(show([]).container.textContent).toBe('')
    const covered = anException()
    expect(show([aFinding()], [covered], []).container.textContent).toBe('')
    expect(show([aFinding({ severity: 'note' })]).container.textContent).toMatch(/And 1 note, which the findings list/)
  })
})

describe('a blocked gate', () => {
  const d = { system: { id: 'robodj' }, to: { id: 'prod' }, may: { fileException: null } }
  const view = { gate: { id: 'rollback-drill', title: 'Rollback drill', blocking: true }, verdict: 'missing', never: null } as const

  it('leads to the form with everything filled in', () => {
    render(<ExceptGate d={d} view={view} />)
    expect(screen.getByRole('link', { name: 'File an exception from Rollback drill' }).getAttribute('href')).toBe(
      '/exceptions/new?system=robodj&profile=prod&rule=gate.rollback-drill',
    )
  })

  it('that no exception covers says why', () => {
    const { container } = render(<ExceptGate d={d} view={{ ...view, never: 'Plaintext secrets in the repository.' }} />)
    expect(container.textContent).toBe('No exception covers this gate: Plaintext secrets in the repository.')
    expect(screen.queryByRole('link')).toBeNull()
  })

  it.each([
    ['somebody who may not file', { ...d, may: { fileException: refuse('not_allowed', 'No.') } }, view],
    ['a gate that passes', d, { ...view, verdict: 'pass_with_exception' as const }],
    ['a gate that does not block', d, { ...view, gate: { ...view.gate, blocking: false } }],
  ])('offers nothing to %s', (_, who, gate) => {
    expect(render(<ExceptGate d={who} view={gate} />).container.textContent).toBe('')
  })
})

it('the notes print an exception as a table with the four fields (000.32)', () => {
  const words = { names: { jonah: 'Jonah Weiss' }, texts: { ['2'.repeat(64)]: 'Restore `the launcher`' } }
  render(<NotesBlock block={exceptionBlock(notesException(anException(), NOW), words, NOTES_LINKS)} />)
  const rows = screen.getAllByRole('row').map((row) => [...row.children].map(({ textContent }) => textContent))
  expect(rows).toEqual([
    ['EXC-0031', 'prod: Launch path is python; the policy says RoboDJ_Launcher.bat.'],
    ['Date and time', '18 Nov 2026, 06:00 UTC'],
    ['Owner', 'Jonah Weiss'],
    ['Expected duration', '2 days 6 hours, until 20 Nov 2026, 12:00 UTC'],
    ['Remediation path', 'Restore the launcher'],
  ])
})
