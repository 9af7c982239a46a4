export interface Measured {
  latencies: number[]
  elapsedMs: number
  failures: number
  firstFailure: string | null
}

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

export function connect(
  origin: string,
  connections: number,
): {
  send(request: { method?: string; path: string; headers?: Record<string, string>; body?: string }): Promise<Answer>
  close(): void
}

export function drive<Job>(
  load: { clients: number; ms?: number; jobs?: readonly Job[] | null },
  ask: (client: number, job: Job) => Promise<string | null | undefined> | Promise<void>,
): Promise<Measured>
