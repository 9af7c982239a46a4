import type { ReactNode } from 'react'
import { BrandMark } from '@/components/layout/brand'
import { ThemeSwitch } from '@/components/theme-switch'
import { Link } from '@/components/ui/link'
import { routes } from '@/lib/routes'

/** The frame of the pages that nobody has to be signed in for. */
export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="flex items-center justify-between px-5">
        <Link className="brand" href={routes.inbox()}>
          <BrandMark />
          Countersign
        </Link>
        <ThemeSwitch />
      </header>
      <main id="main" tabIndex={-1} className="plainpage">
        {children}
      </main>
    </>
  )
}
