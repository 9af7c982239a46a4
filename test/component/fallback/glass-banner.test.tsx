import { render, screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { GlassBanner, type GlassItem } from '@/components/fallback/glass-banner'

const at = vi.hoisted(() => ({ path: '/' }))
vi.mock('next/navigation', async (original) => ({ ...(await original<object>()), usePathname: () => at.path }))

const GLASS: GlassItem = {
  kind: 'glass',
  system: 'one',
  id: 'BG-1',
  text: 'Glass open on One prod.',
  until: '2026-11-19T05:12:00.000Z',
  href: '/break-glass/BG-1',
}
const ROTATION: GlassItem = {
  kind: 'rotation',
  system: 'two',
  id: 'ROT-1',
  text: 'ROT-1 is half done.',
  until: null,
  href: '/rotations/ROT-1',
}

it('stands over every page of its system, hatched for glass alone, and over no other', () => {
  at.path = '/systems/one/env'
  const { container } = render(<GlassBanner items={[GLASS, ROTATION]} />)
  expect(screen.getByRole('region', { name: 'Glass open' }).className).toContain('glass')
  expect(screen.queryByText('ROT-1 is half done.')).toBeNull()
  expect(container.querySelector('[style]')).toBeNull()
})

it('knows the system of a page by its main, and is not said twice on the page that it leads to', () => {
  at.path = '/promotions/PRM-1'
  const main = document.createElement('main')
  main.id = 'main'
  main.dataset.system = 'two'
  document.body.append(main)
  const { rerender } = render(<GlassBanner items={[GLASS, ROTATION]} />)
  expect(screen.getByRole('region', { name: 'Rotation half done' }).className).toContain('fail')
  at.path = '/rotations/ROT-1'
  rerender(<GlassBanner items={[GLASS, ROTATION]} />)
  expect(screen.queryByRole('region')).toBeNull()
  main.remove()
})
