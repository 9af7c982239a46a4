export const schemaFile: string
export const migrationsFolder: string
export function migrationNames(folder?: string): string[]
export function lastMigratedSchema(folder?: string): string | null
export function diff(sides: { from: string | null; to?: string }): Promise<string>
export function applyMigrations(url: string, folder?: string): Promise<string[]>
export function markRolledBack(url: string, migrationName: string): Promise<boolean>
