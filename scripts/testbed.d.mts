/** The login roles of `scripts/roles.mjs`, and the superuser of the throw-away server. */
export type TestRole = 'postgres' | 'countersign_migrate' | 'countersign_app' | 'countersign_log' | 'countersign_verify'

export interface Testbed {
  /** The address of a database as a role. */
  address(role: TestRole, database: string): string
  /** The superuser's address of the database `postgres`: for making and dropping databases only. */
  admin: string
  template: string
  passwords: Record<TestRole, string>
  port: number
  clone(name: string): Promise<void>
  drop(name: string): Promise<void>
  stop(): Promise<void>
}

export function startTestbed(): Promise<Testbed>
export function cloneDatabase(admin: string, template: string, name: string): Promise<void>
export function dropDatabase(admin: string, name: string): Promise<void>
