/** The cookie that holds the theme, so that the server renders it and nothing flashes. */
export const THEME_COOKIE = 'csn_theme'

export const THEMES = ['light', 'dark', 'system'] as const
export type Theme = (typeof THEMES)[number]

/** The theme that a cookie value names; anything else means the device's. */
export function parseTheme(value: string | undefined): Theme {
  return THEMES.find((theme) => theme === value) ?? 'system'
}
