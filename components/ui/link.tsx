import NextLink from 'next/link'
import type { ComponentProps } from 'react'
import { Going } from './going'

/**
 * A link inside the product. It fetches nothing until it is followed: every page here is made for one person at one moment, so what a browser
 * fetched ahead for thirty links of a page would be thirty answers made for nothing (speed.md). While the next page is made, this one stays
 * readable and says that it is being left.
 */
export function Link({ children, ...props }: ComponentProps<typeof NextLink>) {
  return (
    <NextLink prefetch={false} {...props}>
      {children}
      <Going />
    </NextLink>
  )
}
