export function isAlive(pid: number): boolean
export function commandOf(pid: number): string
export function isFree(port: number, host?: string): Promise<boolean>
export function freePort(): Promise<number>
export function portHolder(port: number): { pid: number; command: string; folder: string } | null
export function npmAbove(): number | null
