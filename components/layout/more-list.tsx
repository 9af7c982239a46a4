'use client'

import { Braces, ChevronRight, Keyboard, KeySquare, ScanSearch, Siren, UserRound, Users } from 'lucide-react'
import { ThemeChoice } from '@/components/theme-switch'
import { Link } from '@/components/ui/link'
import { NAV, NAV_PINNED, routes } from '@/lib/routes'
import { NavIcon } from './nav-icon'

/** Everything that has no tab of its own on a phone. What is pinned in the rail (break glass) comes first. */
export function MoreList({ people }: { people?: boolean }) {
  return (
    <div className="grid gap-6">
      <ul className="morelist">
        {[...NAV_PINNED, ...NAV].map((entry) => (
          <li key={entry.key}>
            <Link href={entry.href} className={entry.key === 'breakGlass' ? 'glass' : undefined}>
              <NavIcon of={entry.key} size={20} />
              {entry.label}
              <ChevronRight size={20} aria-hidden="true" />
            </Link>
          </li>
        ))}
        <li>
          <Link href={routes.secrets()}>
            <KeySquare size={20} aria-hidden="true" />
            Secrets
            <ChevronRight size={20} aria-hidden="true" />
          </Link>
        </li>
        <li>
          <Link href={routes.findings()}>
            <ScanSearch size={20} aria-hidden="true" />
            Findings
            <ChevronRight size={20} aria-hidden="true" />
          </Link>
        </li>
        <li>
          <Link href={routes.incidents()}>
            <Siren size={20} aria-hidden="true" />
            Incidents
            <ChevronRight size={20} aria-hidden="true" />
          </Link>
        </li>
        <li>
          <Link href={routes.profile()}>
            <UserRound size={20} aria-hidden="true" />
            Your profile
            <ChevronRight size={20} aria-hidden="true" />
          </Link>
        </li>
        {people ? (
          <li>
            <Link href={routes.people()}>
              <Users size={20} aria-hidden="true" />
              People and tokens
              <ChevronRight size={20} aria-hidden="true" />
            </Link>
          </li>
        ) : null}
        <li>
          <Link href={routes.apiReference()}>
            <Braces size={20} aria-hidden="true" />
            API
            <ChevronRight size={20} aria-hidden="true" />
          </Link>
        </li>
        <li>
          <Link href={routes.shortcuts()}>
            <Keyboard size={20} aria-hidden="true" />
            Keyboard
            <ChevronRight size={20} aria-hidden="true" />
          </Link>
        </li>
      </ul>
      <ThemeChoice />
    </div>
  )
}
