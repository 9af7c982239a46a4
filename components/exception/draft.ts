/** What was typed so far. Kept in this browser alone, until it is filed or a week old; nothing of it is sent anywhere. */
export type Draft = {
  profile: string
  rule: string
  observed: string
  reason: string
  startsAt: string
  owner: string
  duration: string
  until: string
  remediation: string
}

type Kept = { savedAt: number; draft: Draft }

const FIELDS = ['profile', 'rule', 'observed', 'reason', 'startsAt', 'owner', 'duration', 'until', 'remediation'] as const
const WEEK = 7 * 24 * 60 * 60 * 1000

/** Where the draft of one person for one thing stands. `about`: the profile and rule the form was opened for, or nothing in particular. */
export const draftKey = (viewer: string, system: string, about: string): string =>
  `countersign draft exception ${viewer} ${system} ${about}`

/** The draft that stands under a key, with when it was saved; null for none, an old one, or one that is damaged. */
export function readDraft(key: string, now: number): Kept | null {
  try {
    const kept = JSON.parse(window.localStorage.getItem(key) ?? 'null') as Partial<Kept> | null
    const draft = kept?.draft
    if (!draft || typeof kept.savedAt !== 'number' || now - kept.savedAt > WEEK) return null
    return FIELDS.every((field) => typeof draft[field] === 'string') ? { savedAt: kept.savedAt, draft } : null
  } catch {
    return null // no storage in this browser, or something else of that name
  }
}

/** Keeps a draft; false where the browser keeps nothing. */
export function keepDraft(key: string, draft: Draft, now: number): boolean {
  try {
    window.localStorage.setItem(key, JSON.stringify({ savedAt: now, draft } satisfies Kept))
    return true
  } catch {
    return false
  }
}

/** Forgets a draft. */
export function dropDraft(key: string): void {
  try {
    window.localStorage.removeItem(key)
  } catch {
    // The browser keeps nothing, so there is nothing to forget.
  }
}
