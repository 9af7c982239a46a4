import { inject } from 'vitest'
import { cloneDatabase, dropDatabase, type TestRole } from '../../scripts/testbed.mjs'

/** What the global set-up hands to every worker: where the run's server listens and who may log in. */
export interface TestServer {
  port: number
  admin: string
  template: string
  passwords: Record<TestRole, string>
}

declare module 'vitest' {
  interface ProvidedContext {
    postgres: TestServer
  }
}

/** The address of a database of the run's server, as one of the roles. */
export function addressAs(role: TestRole, database: string): string {
  const { port, passwords } = inject('postgres')
  return `postgresql://${role}:${passwords[role]}@127.0.0.1:${port}/${database}`
}

/** Makes a database like the migrated template. */
export function makeDatabase(name: string): Promise<void> {
  const { admin, template } = inject('postgres')
  return cloneDatabase(admin, template, name)
}

/** Drops a database of the run, whoever is connected to it. */
export function removeDatabase(name: string): Promise<void> {
  return dropDatabase(inject('postgres').admin, name)
}
