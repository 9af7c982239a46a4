import type { Page } from '@playwright/test'
import { demo, expect } from './support'

// What an incident commander does at night, and what others owe for it. Nothing here knows a policy.

/** Declares an incident where none is open, breaks the glass under it on one's own request, and gives both ids. */
export async function breakGlass(page: Page, system: string, rule: string, seen: string): Promise<{ fallback: string; incident: string }> {
  await page.goto(`/break-glass?system=${system}&rule=${rule}`)
  await page.getByLabel('What is wrong, a few words').fill(seen)
  await page.getByRole('button', { name: 'Declare incident first' }).click()
  await page.getByLabel('What you see, a few words').fill(seen)
  const incident = new URL(page.url()).searchParams.get('incident') as string
  const button = page.getByRole('button', { name: /^Break glass for/ })
  await button.click()
  await page.getByLabel(/^Your password/).fill(demo.password)
  await button.click()
  await page.waitForURL(/\/break-glass\/BG-\d+$/)
  await expect(page.getByText('The glass is open').filter({ visible: true }).first()).toBeVisible()
  return { fallback: page.url().split('/').at(-1) as string, incident }
}

/** Closes it before its time. */
export async function closeGlass(page: Page, fallback: string): Promise<void> {
  await page.goto(`/break-glass/${fallback}`)
  await page.getByRole('button', { name: 'Close now' }).click()
  await expect(page.getByText('Ended, not cleaned up').filter({ visible: true }).first()).toBeVisible()
}

/** Records that it was cleaned up after, with nothing exposed. */
export async function cleanUpGlass(page: Page, fallback: string, how: string): Promise<void> {
  await page.goto(`/break-glass/${fallback}`)
  await page.getByLabel('How it was seen that the file is gone').fill(how)
  await page.getByRole('radio', { name: 'No', exact: true }).check({ force: true })
  const button = page.getByRole('button', { name: 'Record the clean-up' })
  await button.click()
  await expect(button).toHaveCount(0)
}

/** Reviews it as somebody who had no part in it. */
export async function reviewGlass(page: Page, fallback: string, looked: string): Promise<void> {
  await page.goto(`/break-glass/${fallback}`)
  await page.getByRole('radio', { name: 'Accepted' }).check({ force: true })
  await page.getByLabel('What you looked at').fill(looked)
  const button = page.getByRole('button', { name: 'Record the review' })
  await button.click()
  await expect(button).toHaveCount(0)
}
