import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'

// Who runs, and who holds which port. Best effort by platform: /proc on Linux, ps and lsof on macOS, tasklist and netstat on Windows.

/** Whether a process with this number exists, ours or somebody else's. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Standard output of a small program, or the empty string when it is missing or failed: asking is never worth a crash. */
function ask(program, args) {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 5000 })
  } catch {
    return ''
  }
}

/** The command line of a process, or the empty string when it cannot be known. */
export function commandOf(pid) {
  if (existsSync('/proc/self/cmdline')) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    } catch {
      return ''
    }
  }
  if (process.platform === 'win32')
    return ask('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'])
      .split('","')[0]
      .replaceAll('"', '')
      .trim()
  return ask('ps', ['-o', 'command=', '-p', String(pid)]).trim()
}

/** Whether nobody listens on the port, tried by listening: on one address or, without it, on all. */
export function isFree(port, host) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, ...(host ? { host } : {}), exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** A port that is free now, chosen by the system. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

function holderOnLinux(port) {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  const inodes = new Set()
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    if (!existsSync(file)) continue
    for (const line of readFileSync(file, 'utf8').split('\n').slice(1)) {
      const field = line.trim().split(/\s+/)
      if (field[3] === '0A' && field[1]?.endsWith(`:${wanted}`)) inodes.add(`socket:[${field[9]}]`) // 0A: listening
    }
  }
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const holds = readdirSync(`/proc/${pid}/fd`).some((fd) => inodes.has(readlinkSync(`/proc/${pid}/fd/${fd}`)))
      if (holds) return Number(pid)
    } catch {
      // Another user's process, or one that just ended: not ours to look into.
    }
  }
  return null
}

function folderOf(pid) {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}

/** Number, command and (on Linux) folder of the process that listens on the port, or null when that cannot be found out. */
export function portHolder(port) {
  let pid = null
  if (existsSync('/proc/net/tcp')) pid = holderOnLinux(port)
  else if (process.platform === 'win32')
    pid = Number(
      ask('netstat', ['-ano', '-p', 'TCP'])
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .find((field) => field[1]?.endsWith(`:${port}`) && field[3] === 'LISTENING')?.[4],
    )
  else pid = Number(ask('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t']).split('\n')[0])
  return pid ? { pid, command: commandOf(pid), folder: folderOf(pid) } : null
}

function parentOf(pid) {
  if (existsSync('/proc/self/stat')) {
    try {
      // The second field is the name in brackets and may hold anything; the parent is the second field after it.
      return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1])
    } catch {
      return 0
    }
  }
  return process.platform === 'win32' ? 0 : Number(ask('ps', ['-o', 'ppid=', '-p', String(pid)]))
}

/** The npm that started this process, or null: a shell and our own first process may stand between. */
export function npmAbove() {
  if (!process.env.npm_lifecycle_event) return null
  let pid = process.ppid
  for (let steps = 0; steps < 4 && pid > 1; steps++) {
    if (/^(\S*node\S* )?\S*npm/.test(commandOf(pid))) return pid
    pid = parentOf(pid)
  }
  return null
}
