/** Where the one file of the command line lies, absolute. */
export const cliPath: string
/** Builds it. */
export function buildCli(): Promise<string>
/** Builds it where it is missing, or always. */
export function ensureCli(options?: { always?: boolean }): Promise<void>
