import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { directorySource } from '@/cli/sources/directory'
import { withNode } from '@/cli/with-node'
import { verifyTrail } from '@/lib/domain/log/verify/verify'
import { makeExport, newTestKey, writeExport } from '../../support/export-corpus'
import { makeStory } from '../../support/trail-story'

const folder = mkdtempSync(join(tmpdir(), 'verify-'))
afterAll(() => rmSync(folder, { recursive: true }))

const origin = 'example.org/log'
const key = newTestKey(origin)
const verify = async (directory: string, options: { pinned?: string[] } = {}) =>
  verifyTrail(await directorySource(directory), { ...withNode, ...options })

describe('verifying an export', () => {
  it('finds nothing wrong with one that is as it was', async () => {
    const story = makeStory(700)
    const files = await makeExport({ story, sizes: [0, 1, 100, 256, 257, 512, 700], keys: [key], origin })
    writeExport(join(folder, 'good'), files)
    const result = await verify(join(folder, 'good'), { pinned: [key.key.vkey] })
    expect(result.findings).toEqual([])
    expect(result).toMatchObject({ outcome: 'good', size: 700, entries: 700, checkpoints: 8, firstBad: null, notChecked: [] })
  })
})
