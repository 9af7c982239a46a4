'use client'

import { Printer } from 'lucide-react'
import { Button } from '@/components/ui/button'

/** Prints the page it stands on. */
export function PrintButton({ label }: { label: string }) {
  return (
    <span className="offpaper not-phone">
      <Button icon={<Printer size={15} />} onClick={() => window.print()}>
        {label}
      </Button>
    </span>
  )
}
