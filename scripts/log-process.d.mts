export function sequencerEnvironment(
  env: Record<string, string | undefined>,
  about: { port: number; logUrl: string },
): Record<string, string>
export function sequencerArguments(args?: readonly string[]): string[]
