import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync('app/globals.css', 'utf8')

/** The custom properties of the first block after a selector, as a map. */
function tokens(after: string): Record<string, string> {
  const start = css.indexOf('{', css.indexOf(after))
  const block = css.slice(start, css.indexOf('}', start))
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name, value]))
}

const light = tokens(':root,\n[data-theme="light"]')
const dark = tokens('\n  [data-theme="dark"]')
const system = tokens('\n  [data-theme="system"]')

function luminance(hex: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
  const [r = 0, g = 0, b = 0] = channels.map((c) => (c <= 0.040_45 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** The WCAG contrast ratio of two tokens of a theme. */
function ratio(theme: Record<string, string>, ink: string, ground: string): number {
  const [a, b] = [ink, ground].map((name) => {
    const value = theme[name]
    if (!value || !/^#[0-9a-f]{6}$/.test(value)) throw new Error(`token ${name} is ${value}`)
    return luminance(value)
  })
  const [hi, lo] = [Math.max(a ?? 0, b ?? 0), Math.min(a ?? 0, b ?? 0)]
  return (hi + 0.05) / (lo + 0.05)
}

// ux.md section 18: what each pair reaches, light and dark. A token that changes may not fall below.
const PAIRS: [string, string, number, number][] = [
  ['ink', 'canvas', 15.97, 15.99],
  ['ink', 'surface', 17.44, 15.01],
  ['ink-2', 'surface', 8.93, 9.25],
  ['ink-3', 'canvas', 5.37, 6.64],
  ['ink-3', 'well', 5.0, 6.92],
  ['ink-3', 'accent-soft', 4.92, 5.15],
  ['accent', 'canvas', 8.43, 9.95],
  ['on-accent', 'accent', 9.28, 9.38],
  ['line-strong', 'well', 3.19, 4.47],
  ['pass', 'surface', 6.94, 9.52],
  ['pass', 'pass-soft', 5.87, 8.25],
  ['warn', 'surface', 6.62, 10.22],
  ['warn', 'warn-soft', 5.71, 8.67],
  ['fail', 'surface', 7.52, 8.86],
  ['fail', 'fail-soft', 6.18, 7.79],
  ['drift', 'surface', 7.58, 9.22],
  ['drift', 'drift-soft', 6.3, 7.86],
  ['idle', 'surface', 6.85, 7.13],
  ['idle', 'idle-soft', 5.58, 6.16],
  ['glass', 'surface', 6.4, 8.7],
  ['glass', 'glass-soft', 5.34, 7.83],
  ['ink', 'glass-hatch', 11.66, 10.39],
  ['on-glass', 'glass', 6.46, 9.36],
  ['focus', 'accent-soft', 7.72, 9.54],
]

describe('contrast of the tokens', () => {
  it.each(PAIRS)('%s on %s holds in both themes', (ink, ground, inLight, inDark) => {
    expect(ratio(light, ink, ground)).toBeGreaterThanOrEqual(inLight - 0.006)
    expect(ratio(dark, ink, ground)).toBeGreaterThanOrEqual(inDark - 0.006)
  })

  it('the dark theme is the same whether chosen or taken from the device', () => {
    expect(system).toEqual(dark)
    expect(Object.keys(dark).length).toBeGreaterThan(30)
  })

  it('no hex value is inlined into the utilities, or the theme would stop switching', () => {
    const theme = css.slice(css.indexOf('@theme inline {'))
    expect(theme).not.toMatch(/#[0-9a-f]{3,8}\b/)
  })
})
