'use client'

import {
  Diff,
  Ellipsis,
  FingerprintPattern,
  GitMerge,
  Inbox,
  KeyRound,
  LayoutGrid,
  type LucideIcon,
  Rocket,
  ScrollText,
  Siren,
} from 'lucide-react'
import type { NavKey } from '@/lib/routes'

const ICONS: Record<NavKey, LucideIcon> = {
  inbox: Inbox,
  promotions: GitMerge,
  rotations: KeyRound,
  exceptions: Diff,
  deployments: Rocket,
  notes: ScrollText,
  audit: FingerprintPattern,
  systems: LayoutGrid,
  breakGlass: Siren,
  more: Ellipsis,
}

/** The icon of a section, always beside its word. */
export function NavIcon({ of, size = 16 }: { of: NavKey; size?: number }) {
  const Icon = ICONS[of]
  return <Icon size={size} aria-hidden="true" />
}
