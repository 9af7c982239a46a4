import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { addressOf, startPostgres } from '../../../scripts/postgres.mjs'
import { freePort, isAlive, isFree, portHolder } from '../../../scripts/processes.mjs'

// A killed start leaves nothing that blocks the next one (issue 2, section 1). Each case does to a real server what people do to terminals.

const superPassword = 'made-up-for-this-test'
const root = join(import.meta.dirname, '../../..')
let parent: string
let folder: string

beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'countersign-embedded-'))
  chmodSync(parent, 0o711)
  folder = join(parent, 'data')
})
afterAll(() => rmSync(parent, { recursive: true, force: true }))

async function answers(port: number): Promise<boolean> {
  const client = new pg.Client({ connectionString: addressOf({ port, user: 'postgres', password: superPassword, database: 'postgres' }) })
  await client.connect()
  const { rows } = await client.query<{ one: number }>('SELECT 1 AS one')
  await client.end()
  return rows[0]?.one === 1
}

/** A process of its own that starts the server and then only waits; answers both numbers. */
async function starter(port: number) {
  const code = `
    const { startPostgres } = await import(${JSON.stringify(`file://${root}/scripts/postgres.mjs`)})
    const server = await startPostgres(${JSON.stringify({ folder, port, superPassword })})
    console.log(server.pid)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, serverPid: Number(line) }
}

const gone = (pid: number) => vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000, interval: 50 })

describe('the embedded server', () => {
  it('ends when the process that started it is killed outright, and starts again on its data', async () => {
    const port = await freePort()
    const { child, serverPid } = await starter(port)
    expect(await answers(port)).toBe(true)
    child.kill('SIGKILL')
    await gone(serverPid)
    const next = await startPostgres({ folder, port, superPassword })
    expect(await answers(port)).toBe(true)
    await next.stop()
    expect(isAlive(next.pid)).toBe(false)
  })

  it('starts although the number in postmaster.pid now belongs to another program', async () => {
    const port = await freePort()
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    writeFileSync(join(folder, 'postmaster.pid'), `${stranger.pid}\n${folder}\n1\n${port}\n\n127.0.0.1\n`)
    const server = await startPostgres({ folder, port, superPassword })
    expect(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]).toBe(String(server.pid))
    expect(isAlive(stranger.pid as number)).toBe(true)
    stranger.kill('SIGKILL')
    await server.stop()
  })

  it('takes over from a server that somebody left running on the same folder', async () => {
    const port = await freePort()
    const { child, serverPid } = await starter(port)
    const second = await startPostgres({ folder, port: await freePort(), superPassword })
    expect(isAlive(serverPid)).toBe(false)
    expect(await answers(second.port)).toBe(true)
    child.kill('SIGKILL')
    await second.stop()
  })

  it('says what PostgreSQL said when it cannot start', async () => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    expect(await isFree(port, '127.0.0.1')).toBe(false)
    if (process.platform === 'linux') expect(portHolder(port)?.pid).toBe(process.pid)
    await expect(startPostgres({ folder, port, superPassword })).rejects.toThrow(/could not bind IPv4 address "127.0.0.1"/)
    server.close()
  })
})
