import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { openPromotion, seal, sign, startDeployment, succeed } from './journey'
import { aRelease, axe, evidence, expect, pageOf, test } from './support'

// The record proves itself (issue 5): a signer checks a receipt, notes are sealed and amended, an auditor who trusts nobody here checks it all.

const folder = mkdtempSync(join(tmpdir(), 'countersign-auditor-'))
test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Saves what a click downloads, under its own name, and gives where. */
async function saved(page: Page, click: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()])
  const path = join(folder, download.suggestedFilename())
  await download.saveAs(path)
  return path
}

/** Runs the verifier as an auditor does; gives its exit code and what it says. */
function verify(...args: string[]): { code: number; says: string } {
  try {
    return { code: 0, says: execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }) }
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string }
    return { code: status, says: stdout + stderr }
  }
}

test('a signer checks the receipt, the notes are sealed and amended, an auditor verifies it in the browser and offline (T13, T14, T32)', async ({
  browser,
  request,
}) => {
  // Newer than whatever journeys left running, and than what another run of this one did.
  const version = await aRelease(request, 'waxwatch', `99.${Math.floor(Date.now() / 1000)}.0`)
  const manager = await pageOf(browser, 'Noor Halvorsen')
  const auditor = await pageOf(browser, 'Oskar Dahl')
  let promotion = ''
  let receipt = ''

  await test.step('whoever signs holds a proof within a moment', async () => {
    promotion = await openPromotion(await pageOf(browser, 'Leo Amari'), 'waxwatch', 'dev', 'staging', version)
    for (const gate of ['ci-green', 'change-surface', 'env-sample']) await evidence(request, 'waxwatch', version, 'staging', gate)
    await seal(manager, promotion)
    await sign(manager, promotion, 'Release Manager')
    // The page asks by itself until the log has the entry.
    await expect(manager.getByText(/#\d[\d,]*/).first()).toBeVisible()
    const save = manager.getByRole('link', { name: 'Save proof' })
    await expect(save).toBeVisible()
    receipt = await saved(manager, () => save.click())
    expect(readFileSync(receipt, 'utf8')).toMatch(/^c2sp\.org\/tlog-proof@v1\n(?:extra .*\n)?index \d+\n/)
    const json = JSON.parse(readFileSync(await saved(manager, () => manager.getByRole('link', { name: 'Save receipt' }).click()), 'utf8'))
    expect(JSON.stringify(json)).toContain(promotion)
    expect(await axe(manager)).toEqual([])
  })

  await test.step('the notes are sealed with the last signature; what comes later is an erratum', async () => {
    await manager.goto(`/notes/waxwatch/staging/${version}`)
    await expect(manager.getByText(/Sealed/).first()).toBeVisible()
    await expect(manager.getByText('No errata.')).toBeVisible()
    const deployment = await startDeployment(manager, 'waxwatch', 'staging', version)
    await succeed(manager, deployment)
    await manager.goto(`/notes/waxwatch/staging/${version}?reading=auditors`)
    await expect(manager.getByText(deployment).first()).toBeVisible()
    await expect(manager.getByText('No errata.')).toHaveCount(0)
    expect(await axe(manager)).toEqual([])
  })

  await test.step('the auditor finds the decision and checks it in the browser', async () => {
    await auditor.goto(`/audit?q=${promotion}`)
    await auditor.getByRole('row').filter({ hasText: 'Signed' }).getByRole('link', { name: /#\d/ }).first().click()
    await auditor.getByRole('button', { name: 'Check in this browser' }).first().click()
    await expect(auditor.getByText(/^Checked in this browser/)).toBeVisible()
    await auditor.goto('/audit')
    await auditor.getByRole('button', { name: 'Verify again' }).click()
    await expect(auditor.getByText(/^Verified in this browser at .* match what was signed/)).toBeVisible({ timeout: 60_000 })
  })

  await test.step('and takes everything home, where nobody here is asked', async () => {
    await auditor.goto('/audit/export')
    await auditor.getByRole('button', { name: 'Make the export' }).click()
    const bundle = await saved(auditor, () => auditor.getByRole('button', { name: 'Fetch the file' }).click())
    await expect(auditor.getByText(/^Complete\./)).toBeVisible()
    execFileSync('tar', ['-xzf', bundle, '-C', folder])
    const [name] = readdirSync(folder).filter((each) => /^countersign-export-\d+$/.test(each))
    const directory = join(folder, name as string)
    // The verifier is the one that the application names by its hash, not whatever came along.
    const served = await (await request.get('/cli/countersign.mjs')).body()
    const [sum] = (await (await request.get('/cli/countersign.mjs.sha256')).text()).split(/\s/)
    expect(createHash('sha256').update(served).digest('hex')).toBe(sum)
    const verifier = join(folder, 'verifier.mjs')
    writeFileSync(verifier, served)

    const good = verify(verifier, 'verify', directory, '--receipt', receipt)
    expect(good.says).toContain('GOOD')
    expect(good.code, good.says).toBe(0)

    const entries = join(directory, 'tile', 'entries')
    const [first] = readdirSync(entries).filter((each) => /^000/.test(each))
    const path = first === '000' ? join(entries, first) : join(entries, '000.p', readdirSync(join(entries, '000.p'))[0] as string)
    const bytes = readFileSync(path)
    bytes[40] = (bytes[40] ?? 0) ^ 1
    writeFileSync(path, bytes)
    const bad = verify(verifier, 'verify', directory, '--json')
    expect(bad.code, bad.says).toBe(1)
    expect(JSON.parse(bad.says)).toMatchObject({ outcome: 'tampered', firstBad: 0 })
  })
})
