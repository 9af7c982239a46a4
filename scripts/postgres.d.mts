export interface EmbeddedServer {
  pid: number
  port: number
  stop(): Promise<void>
}
export function startPostgres(options: {
  folder: string
  port: number
  superPassword: string
  onEnd?: (lines: string[]) => void
}): Promise<EmbeddedServer>
export function addressOf(parts: { port: number; user: string; password: string; database: string }): string
