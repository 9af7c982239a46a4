'use client'

import { useEffect } from 'react'

/**
 * A line at the foot of every printed page. Only the margin of a page repeats without covering text, and only a style sheet reaches it; one that is made by
 * script holds no markup and needs no nonce. Without scripts the end of the document says the same.
 */
export function PageFoot({ text }: { text: string }) {
  // Effect on the style sheets of the document: the sheet lives as long as the page it speaks of.
  useEffect(() => {
    const sheet = new CSSStyleSheet()
    const words = text.replace(/[^\w .,:;…#-]/g, '')
    sheet.replaceSync(`@page { @bottom-left { content: "${words}"; font: 8pt "Geist Mono", monospace; color: #444; white-space: nowrap } }`)
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet)
    }
  }, [text])
  return null
}
