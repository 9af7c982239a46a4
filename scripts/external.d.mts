export function whyNotVersion(serverVersionNumber: number): string | null
export function asOwner(url: string): string
export function prepareExternal(addresses: { url: string; migrateUrl?: string; logUrl?: string }): Promise<void>
