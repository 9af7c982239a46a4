import { render, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { isSealed, SealCheck, SealVerdict, WhenSealed } from '@/components/promotion/dossier-seal-check'
import { canonicalText, sha256Hex } from '@/lib/domain/canonical'

const CANONICAL = canonicalText({ v: 1, promotion: 'PRM-0142', number: 5, edge: { from: 'staging', to: 'prod' } })
const HASH = sha256Hex(CANONICAL)

function Page({ canonical, hash }: { canonical: string; hash: string }) {
  return (
    <SealCheck canonical={canonical} hash={hash}>
      <SealVerdict />
      <WhenSealed>
        <a href="/sign">Sign as Management</a>
      </WhenSealed>
    </SealCheck>
  )
}

it('offers signing while this browser computes the same hash', async () => {
  render(<Page canonical={CANONICAL} hash={HASH} />)
  expect(await screen.findByText('This browser computed the same hash')).toBeTruthy()
  expect(screen.getByRole('link', { name: 'Sign as Management' })).toBeTruthy()
})

it('refuses to offer signing when the page is not what was sealed', async () => {
  render(<Page canonical={CANONICAL.replace('"prod"', '"dev"')} hash={HASH} />)
  expect(await screen.findByText('This page does not match the sealed dossier')).toBeTruthy()
  expect(screen.getByText(/Reload, and tell SecOps/)).toBeTruthy()
  expect(screen.queryByRole('link', { name: 'Sign as Management' })).toBeNull()
})

it('takes only the canonical text for the sealed one', () => {
  expect(isSealed(CANONICAL, HASH)).toBe(true)
  expect(isSealed(` ${CANONICAL}`, sha256Hex(` ${CANONICAL}`))).toBe(false)
  expect(isSealed('', HASH)).toBe(false)
  expect(isSealed('{"v":1.5}', sha256Hex('{"v":1.5}'))).toBe(false)
})
