import { render, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { BurnDown } from '@/components/exception/burn-down'
import { isCode, Words } from '@/components/policy/words'
import { Timeline } from '@/components/ui/timeline'

describe('what a machine says', () => {
  it.each(['RoboDJ_Launcher.bat', 'python main.py --profile staging', '/opt/dreichor/dev/...', 'dreichor_dev', '/api/dev-*'])(
    'sets %s as code',
    (text) => {
      render(<Words text={text} />)
      expect(screen.getByText(text).tagName).toBe('CODE')
    },
  )

  it.each(['Required', 'Env-only; audited', 'a demo tenant copy', 'Restore it, then run x --check.', 'make up', ''])(
    'leaves %s as words',
    (text) => {
      expect(isCode(text)).toBe(false)
    },
  )
})

describe('a timeline', () => {
  it('says the word of a shape only where the title does not', () => {
    render(
      <Timeline
        items={[
          { key: 'a', status: 'yours', word: null, title: 'Ines Okafor approved EXC-0031.' },
          { key: 'b', status: 'denied', title: 'Jonah Weiss was refused.' },
        ]}
      />,
    )
    expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
      'Ines Okafor approved EXC-0031.',
      'Not allowedJonah Weiss was refused.',
    ])
  })
})

describe('the burn-down', () => {
  it('labels its highest step where that is neither now nor the one being filed', () => {
    const days = [3, 5, 0, 0].map((open, index) => ({ at: new Date(Date.UTC(2026, 10, index + 1)).toISOString(), open }))
    const { container } = render(<BurnDown days={days} />)
    expect([...container.querySelectorAll('text')].map(({ textContent }) => textContent)).toEqual(['5', '0'])
  })
})
