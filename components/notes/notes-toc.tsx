'use client'

import { useEffect, useState } from 'react'

/** The sections of a document beside it; the one that is read is marked. Without JavaScript they are links all the same. */
export function NotesToc({ items }: { items: readonly { id: string; title: string }[] }) {
  const [current, setCurrent] = useState(items[0]?.id)

  // Effect on the scroll of the page: the last heading that passed the upper third is what is read.
  useEffect(() => {
    const headings = items.flatMap(({ id }) => document.getElementById(id) ?? [])
    let waiting = 0
    const look = () => {
      waiting = 0
      const passed = headings.findLast((heading) => heading.getBoundingClientRect().top < window.innerHeight / 3)
      setCurrent((passed ?? headings[0])?.id)
    }
    const soon = () => {
      waiting ||= requestAnimationFrame(look)
    }
    window.addEventListener('scroll', soon, { passive: true })
    return () => {
      window.removeEventListener('scroll', soon)
      cancelAnimationFrame(waiting)
    }
  }, [items])

  return (
    <nav aria-label="On this page">
      <ul>
        {items.map(({ id, title }) => (
          <li key={id}>
            <a href={`#${id}`} aria-current={id === current ? 'true' : undefined}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
