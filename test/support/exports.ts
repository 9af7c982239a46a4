import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportAnswer } from '@/app/(dashboard)/audit/exports/export-answer'
import type { Ctx } from '@/lib/domain/context'
import { EXPORT_FRAMES, frameReader } from '@/lib/domain/trail-export'
import { TEST_ORIGIN } from './settings'

/** The request by which a browser fetches an export: `framed` as our own page does, to cut and continue it. */
export const fetching = (framed = false): Request =>
  new Request(`${TEST_ORIGIN}/audit/exports/x/file`, { headers: framed ? { accept: EXPORT_FRAMES } : {} })

/** The file of an export as whoever made it gets it. */
export async function fileOf(by: Ctx, id: string, after?: number): Promise<Buffer> {
  const answer = await exportAnswer(fetching(), { actor: by.actor, now: new Date() }, { id, after })
  return Buffer.from(await answer.arrayBuffer())
}

/** The pieces of an export as our page gets them, from a number on. */
export async function framesOf(by: Ctx, id: string, after?: number): Promise<{ bytes: Uint8Array; next: number | null }[]> {
  const answer = await exportAnswer(fetching(true), { actor: by.actor, now: new Date() }, { id, after })
  const read = frameReader()
  const pieces: { bytes: Uint8Array; next: number | null }[] = []
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) pieces.push(...read(chunk))
  return pieces
}

/** Unpacks a bundle below a folder; gives the directory that the verifier reads. */
export function unpack(bundle: Uint8Array, folder: string, name: string): string {
  const at = join(folder, name)
  mkdirSync(at)
  writeFileSync(join(at, 'bundle.tar.gz'), bundle)
  execFileSync('tar', ['xzf', 'bundle.tar.gz', '--strip-components=1'], { cwd: at, stdio: 'pipe' })
  return at
}
