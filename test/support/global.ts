import type { TestProject } from 'vitest/node'
import { startTestbed } from '../../scripts/testbed.mjs'
import './postgres'

/** One PostgreSQL for the whole run, migrated once; each test file works on its own copy (see `database.ts`). */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { port, admin, template, passwords, stop } = await startTestbed()
  project.provide('postgres', { port, admin, template, passwords })
  return stop
}
