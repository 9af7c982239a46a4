import './globals.css'
import type { Metadata, Viewport } from 'next'
import localFont from 'next/font/local'
import { cookies, headers } from 'next/headers'
import type { ReactNode } from 'react'
import { parseTheme, THEME_COOKIE } from '@/components/theme'
import { StatusSprite } from '@/components/ui/status-sprite'

// The first paint needs these three: they are asked for with the page (app/fonts/README.md).
const geist = localFont({ src: './fonts/geist.woff2', weight: '400 600', variable: '--font-geist', display: 'swap' })
const geistMono = localFont({
  src: './fonts/geist-mono.woff2',
  weight: '400 600',
  variable: '--font-geist-mono',
  display: 'swap',
  adjustFontFallback: false,
})
const newsreader = localFont({
  src: './fonts/newsreader.woff2',
  weight: '400 600',
  variable: '--font-newsreader',
  display: 'swap',
  adjustFontFallback: 'Times New Roman',
})
// Only names on signature lines are italic: not worth a place among the first requests.
const newsreaderItalic = localFont({
  src: './fonts/newsreader-italic.woff2',
  weight: '400 600',
  style: 'italic',
  variable: '--font-newsreader-italic',
  display: 'swap',
  preload: false,
  adjustFontFallback: 'Times New Roman',
})
// The characters that names bring: fetched by the browser when a page shows one. The compiler wants each value written out.
const geistMore = localFont({
  src: './fonts/geist-more.woff2',
  weight: '400 600',
  variable: '--font-geist-more',
  display: 'swap',
  preload: false,
  adjustFontFallback: false,
  declarations: [
    {
      prop: 'unicode-range',
      value:
        'U+A1-A6, U+A8, U+AA-B0, U+B2-B6, U+B8-D6, U+D8-FF, U+102, U+131, U+152-153, U+2BC, U+2C6, U+2DA, U+2DC, U+300-301, U+303-304, U+308-309, U+323, U+201A, U+201E, U+2032-2033, U+2039-203A, U+2044, U+20AC, U+2122, U+2215',
    },
  ],
})
const geistMonoMore = localFont({
  src: './fonts/geist-mono-more.woff2',
  weight: '400 600',
  variable: '--font-geist-mono-more',
  display: 'swap',
  preload: false,
  adjustFontFallback: false,
  declarations: [
    {
      prop: 'unicode-range',
      value:
        'U+A1-A6, U+A8, U+AA-B0, U+B2-B6, U+B8-D6, U+D8-FF, U+102, U+131, U+152-153, U+2BC, U+2C6, U+2DA, U+2DC, U+300-301, U+303-304, U+308-309, U+323, U+201A, U+201E, U+2032-2033, U+2039-203A, U+2044, U+20AC, U+2122, U+2215',
    },
  ],
})
const newsreaderMore = localFont({
  src: './fonts/newsreader-more.woff2',
  weight: '400 600',
  variable: '--font-newsreader-more',
  display: 'swap',
  preload: false,
  adjustFontFallback: false,
  declarations: [
    {
      prop: 'unicode-range',
      value:
        'U+A1-A6, U+A8, U+AA-B0, U+B2-B6, U+B8-D6, U+D8-FF, U+102, U+131, U+152-153, U+2BC, U+2C6, U+2DA, U+2DC, U+300-301, U+303-304, U+308-309, U+323, U+201A, U+201E, U+2032-2033, U+2039-203A, U+2044, U+20AC, U+2122, U+2215',
    },
  ],
})
const newsreaderItalicMore = localFont({
  src: './fonts/newsreader-italic-more.woff2',
  weight: '400 600',
  style: 'italic',
  variable: '--font-newsreader-italic-more',
  display: 'swap',
  preload: false,
  adjustFontFallback: false,
  declarations: [
    {
      prop: 'unicode-range',
      value:
        'U+A1-A6, U+A8, U+AA-B0, U+B2-B6, U+B8-D6, U+D8-FF, U+102, U+131, U+152-153, U+2BC, U+2C6, U+2DA, U+2DC, U+300-301, U+303-304, U+308-309, U+323, U+201A, U+201E, U+2032-2033, U+2039-203A, U+2044, U+20AC, U+2122, U+2215',
    },
  ],
})

const FONTS = [geist, geistMono, newsreader, newsreaderItalic, geistMore, geistMonoMore, newsreaderMore, newsreaderItalicMore]
  .map((font) => font.variable)
  .join(' ')

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
    <html lang="en" data-theme={theme} className={FONTS} suppressHydrationWarning>
      <body>
        <StatusSprite />
        {children}
      </body>
    </html>
  )
}
