import { readdirSync, readFileSync } from 'node:fs'
import { formatFinding } from '@/lib/domain/policy/finding'
import { readPolicy } from '@/lib/domain/policy/load'
import type { Policy } from '@/lib/domain/policy/schema'

/** The text of a policy of this repository. */
export function policyText(slug: string): string {
  return readFileSync(`policies/${slug}.yaml`, 'utf8')
}

/** A policy of this repository, read the way the application reads it. Throws with every finding when it does not load. */
export function loadPolicy(slug: string): Policy {
  const read = readPolicy(policyText(slug), `policies/${slug}.yaml`)
  if (!read.policy) throw new Error(read.findings.map(formatFinding).join('\n'))
  return read.policy
}

/** Slugs of all policies of this repository, from their file names. */
export const SLUGS: string[] = readdirSync('policies')
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.replace(/\.yaml$/, ''))
  .sort()

/** The entry with an id (a variable's name); fails the test with the id when there is none. */
export function named<T extends { id: string } | { name: string }>(list: readonly T[], id: string): T {
  const found = list.find((item) => ('id' in item ? item.id : item.name) === id)
  if (!found) throw new Error(`There is no ${id}`)
  return found
}

/** The ids (or names) of a list, in order. */
export function idsOf(list: readonly ({ id: string } | { name: string })[]): string[] {
  return list.map((item) => ('id' in item ? item.id : item.name))
}
