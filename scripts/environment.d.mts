type Environment = Record<string, string | undefined>

export const LOG_ONLY: readonly string[]
export function readEnvironment(): Environment
export function applicationEnvironment(
  env: Environment,
  about: { port: number; databaseUrl: string; buildDate?: string },
): Record<string, string>
