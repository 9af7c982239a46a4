import 'server-only'
import type { Dossier } from '@/lib/domain/dossier'
import { loadSealedVersions, type SealedVersionView } from './sealed-versions'

/** A sealed version of a promotion with its dossier, read from the text that was sealed. */
export type VersionView = SealedVersionView & { dossier: Dossier }

/** Every sealed version of a promotion, the newest first, with its signatures and their reasons. The caller has seen that it may be seen. */
export async function loadVersions(promotion: string): Promise<VersionView[]> {
  const versions = await loadSealedVersions('promotion', promotion)
  return versions.map((version) => ({ ...version, dossier: JSON.parse(version.canonical) as Dossier })) // our own canonical text
}
