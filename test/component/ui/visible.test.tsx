import { render } from '@testing-library/react'
import { expect, it } from 'vitest'
import { Words } from '@/components/policy/words'
import { Visible } from '@/components/ui/visible'

it('draws what would turn words round or hide between them, and nothing else (T31)', () => {
  const { container } = render(<Visible text={'Deploy \u202egnorw\u202c now, f\u200bast \u{1f469}\u200d\u{1f680}'} />)
  expect(container.textContent).toBe('Deploy RLOgnorwPDF now, fU+200Bast \u{1f469}\u200d\u{1f680}')
  expect([...container.querySelectorAll('.unseen')].map((mark) => mark.textContent)).toEqual(['RLO', 'PDF', 'U+200B'])
})

it('does so in the words of a document too, code included', () => {
  const { container } = render(<Words text={'Run `rm\u202e -x` first'} />)
  expect(container.querySelector('code')?.textContent).toBe('rmRLO -x')
  expect(container.textContent).not.toMatch(/\p{Bidi_Control}/u)
})
