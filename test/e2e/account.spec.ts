import { call, demo, expect, pageOf, signIn, test } from './support'

// People, roles, sessions and tokens, as their owners use them (domain.md, principals; T07, T08, T09, T19, T25, T28).

const stamp = Date.now().toString(36)

test('a wrong password and an unknown address get one sentence, and what was typed stays (T28)', async ({ page }) => {
  await page.goto('/promotions?view=table')
  await expect(page).toHaveURL(/\/sign-in\?/)
  const sentences: string[] = []
  for (const address of ['ines.okafor@demo.countersign.example', `nobody-${stamp}@demo.countersign.example`]) {
    await page.getByLabel('Address').fill(address)
    await page.getByLabel('Password').fill('not the password')
    const answered = page.waitForResponse(/callback\/credentials/)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await answered
    await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled()
    const alert = page.getByRole('alert').filter({ hasText: /\S/ }).first()
    await expect(alert).toBeVisible()
    sentences.push(((await alert.textContent()) ?? '').trim())
    await expect(page.getByLabel('Address')).toHaveValue(address)
  }
  expect(sentences[0]).toBe(sentences[1])
  // Having signed in, people are where they wanted to be.
  await page.getByRole('button', { name: /Ines Okafor/ }).click()
  await expect(page.getByLabel('Address')).toHaveValue('ines.okafor@demo.countersign.example')
  await page.getByLabel('Password').fill(demo.password)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/promotions\?view=table$/)
  await expect(page.getByRole('heading', { level: 1, name: 'Promotions' })).toBeVisible()
})

test('an admin adds a person, who sets a password, and each grant and its end counts at once (T08)', async ({ browser }) => {
  const admin = await pageOf(browser, 'Ada Novak')
  const name = `Tamsin Reed ${stamp}`
  const email = `tamsin.${stamp}@people.example`
  await admin.goto('/settings/people')
  await admin.getByText('Add a person', { exact: true }).first().click()
  await admin.getByLabel('Name', { exact: true }).first().fill(name)
  await admin.getByLabel('Address').first().fill(email)
  await admin.getByRole('button', { name: 'Add the person' }).click()
  await expect(admin.getByRole('heading', { level: 1, name })).toBeVisible()
  await admin.getByRole('button', { name: 'Make a one-time link' }).click()
  const link = await admin
    .locator('p.mono')
    .filter({ hasText: /\/setup\// })
    .first()
    .textContent()
  const path = new URL((link ?? '').trim(), admin.url()).pathname

  const person = await (await browser.newContext()).newPage()
  await person.goto(path)
  await expect(person.getByRole('heading', { level: 1 })).toContainText(name)
  await person.getByLabel('Password').fill('a made-up password of Tamsin')
  await person.getByRole('button', { name: 'Save the password' }).click()
  await expect(person.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible()
  await person.getByLabel('Address').fill(email)
  await person.getByLabel('Password').fill('a made-up password of Tamsin')
  await person.getByRole('button', { name: 'Sign in', exact: true }).click()
  await person.waitForURL((url) => url.pathname === '/')
  await person.goto('/promotions')
  await expect(person.getByText('You hold no role on a system yet').first()).toBeVisible()
  await person.goto('/systems/robodj')
  await expect(person.getByRole('heading', { level: 1 })).toContainText('Nothing is at this address')

  await admin.getByLabel('Role', { exact: true }).selectOption('Engineer')
  await admin.getByLabel('For', { exact: true }).selectOption('RoboDJ')
  await admin.getByRole('button', { name: /Grant/ }).click()
  await expect(admin.getByRole('row', { name: /Engineer RoboDJ/ })).toBeVisible()
  await person.goto('/systems/robodj')
  await expect(person.getByRole('heading', { level: 1, name: 'RoboDJ' })).toBeVisible()
  await person.goto('/systems/waxwatch')
  await expect(person.getByRole('heading', { level: 1 })).toContainText('Nothing is at this address')

  await admin
    .getByRole('row', { name: /Engineer RoboDJ/ })
    .getByRole('button', { name: 'End' })
    .click()
  await expect(admin.getByRole('row', { name: /Engineer RoboDJ/ })).toHaveCount(0)
  await person.goto('/systems/robodj')
  await expect(person.getByRole('heading', { level: 1 })).toContainText('Nothing is at this address')

  await admin.getByRole('button', { name: 'Sign them out everywhere' }).click()
  await expect(
    admin
      .getByRole('status')
      .filter({ hasText: /signed out|session/i })
      .first(),
  ).toBeVisible()
  await person.goto('/systems')
  await expect(person).toHaveURL(/\/sign-in/)
})

test('a token is shown once, works until it is revoked, and never signs (T19)', async ({ browser, request }) => {
  const admin = await pageOf(browser, 'Ada Novak')
  await admin.goto('/settings/tokens')
  await admin.getByText('Make a token', { exact: true }).first().click()
  await admin.getByLabel('Name', { exact: true }).fill(`Trial ${stamp}`)
  await admin.getByLabel('For', { exact: true }).selectOption('RoboDJ')
  await admin.getByRole('button', { name: 'Make the token' }).click()
  const secret = ((await admin.getByText(/^csn_[A-Za-z0-9]{20,}$/).textContent()) ?? '').trim()
  const headers = { authorization: `Bearer ${secret}` }
  expect((await call(request, 'get', '/api/v1/systems/robodj', undefined, headers)).status).toBe(200)
  expect((await call(request, 'get', '/api/v1/systems/waxwatch', undefined, headers)).status).toBe(404)
  await admin.goto('/settings/tokens')
  await expect(admin.getByText(secret)).toHaveCount(0)
  await admin.getByRole('button', { name: `Revoke Trial ${stamp}` }).click()
  await expect(admin.getByRole('row').filter({ hasText: `Trial ${stamp}` })).toContainText('Revoked')
  const after = await call(request, 'get', '/api/v1/systems/robodj', undefined, headers)
  expect(after.status).toBe(401)
  expect(after.headers['content-type']).toContain('application/problem+json')
})

test('who is no admin reads who may do what, and is told why they change nothing', async ({ browser }) => {
  const page = await pageOf(browser, 'Jonah Weiss')
  await page.goto('/settings/people')
  await expect(page.getByRole('button', { name: 'Add the person' })).toHaveCount(0)
  await page.goto('/settings/tokens')
  await expect(page.getByRole('heading', { level: 1, name: 'Tokens' })).toBeVisible()
})

test('a change sent by another site with the session of somebody is refused (T25)', async ({ browser }) => {
  const page = await pageOf(browser, 'Ada Novak')
  const answer = await page.request.post('/settings/people', {
    headers: { origin: 'https://elsewhere.example', 'next-action': '0'.repeat(40) },
    multipart: { name: 'Mallory' },
  })
  expect(answer.status()).toBeGreaterThanOrEqual(400)
  expect(await answer.text()).not.toContain('Mallory')
})

test('the whole product answers to the keyboard', async ({ page }) => {
  await signIn(page, 'Ines Okafor')
  const skip = page.getByRole('link', { name: 'Skip to content' })
  await page.keyboard.press('Tab')
  await expect(skip).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.press('g')
  await page.keyboard.press('p')
  await expect(page).toHaveURL(/\/promotions$/)
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  // The dialog gives the focus back a moment after it is gone.
  await expect(async () => {
    await page.keyboard.press('j')
    await expect(page.locator('[data-row] a:focus')).toHaveCount(1, { timeout: 500 })
  }).toPass()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/promotions\/PRM-\d+$/)
  await page.keyboard.press('Control+k')
  const search = page.getByRole('combobox')
  await expect(search).toBeFocused()
  await search.fill('WaxWatch')
  await expect(page.getByRole('option', { name: /WaxWatch/ }).first()).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page).not.toHaveURL(/\/promotions\/PRM/)
})
