import './globals.css'
import type { Metadata, Viewport } from 'next'
import localFont from 'next/font/local'
import { cookies, headers } from 'next/headers'
import type { ReactNode } from 'react'
import { parseTheme, THEME_COOKIE } from '@/components/theme'
import { StatusSprite } from '@/components/ui/status-sprite'

const geist = localFont({ src: './fonts/geist.woff2', weight: '100 900', variable: '--font-geist', display: 'swap' })
const geistMono = localFont({
  src: './fonts/geist-mono.woff2',
  weight: '100 900',
  variable: '--font-geist-mono',
  display: 'swap',
  adjustFontFallback: false,
})
const newsreader = localFont({
  src: './fonts/newsreader.woff2',
  weight: '200 800',
  variable: '--font-newsreader',
  display: 'swap',
  adjustFontFallback: 'Times New Roman',
})
// Only names on signature lines are italic: not worth a place among the first requests.
const newsreaderItalic = localFont({
  src: './fonts/newsreader-italic.woff2',
  weight: '200 800',
  style: 'italic',
  variable: '--font-newsreader-italic',
  display: 'swap',
  preload: false,
  adjustFontFallback: 'Times New Roman',
})

export const metadata: Metadata = {
  title: { default: 'Countersign', template: '%s · Countersign' },
  description: 'Release governance that a team runs itself',
  applicationName: 'Countersign',
  manifest: '/manifest.webmanifest',
  icons: {
    icon: [
      { url: '/icon.svg', type: 'image/svg+xml' },
      { url: '/favicon.ico', sizes: '32x32' },
    ],
    apple: '/apple-touch-icon.png',
  },
  robots: { index: false, follow: false },
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f5f4ef' },
    { media: '(prefers-color-scheme: dark)', color: '#11110f' },
  ],
}

/**
 * The document: fonts, theme, status shapes. The theme comes from a cookie, and "system" is a media query in the style sheet, so no
 * script has to run before the first paint. Reading the headers makes every page dynamic: a prerendered one would have no nonce.
 */
export default async function RootLayout({ children }: { children: ReactNode }) {
  await headers()
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value)
  return (
    // The theme switch changes the attribute before React may have hydrated.
    <html
      lang="en"
      data-theme={theme}
      className={`${geist.variable} ${geistMono.variable} ${newsreader.variable} ${newsreaderItalic.variable}`}
      suppressHydrationWarning
    >
      <body>
        <StatusSprite />
        {children}
      </body>
    </html>
  )
}
