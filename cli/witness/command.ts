import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { parseVkey, type VerifierKey, verifierKey } from '@/lib/domain/log/note'
import { openMemory } from './memory'
import { witnessServer } from './server'

export const WITNESS_HELP = `countersign witness --init --name NAME --key FILE
    makes a key and prints the line that the log's operator puts into LOG_WITNESSES
countersign witness --key FILE --state FILE --log VKEY [--log VKEY ...] [--listen 127.0.0.1:4600]
    checks that every checkpoint continues what it saw before, remembers it, and cosigns it; run it on another host or as another user`

type KeyFile = { name: string; privateKey: string }

function rawKey(key: KeyObject): Uint8Array {
  return Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x as string, 'base64url')
}

function keyFrom(path: string): { key: VerifierKey; privateKey: KeyObject } {
  const { name, privateKey: pem } = JSON.parse(readFileSync(path, 'utf8')) as KeyFile
  const privateKey = createPrivateKey(pem)
  return { key: verifierKey(name, 'ed25519-cosignature', rawKey(privateKey)), privateKey }
}

function makeKey(name: string, path: string): VerifierKey {
  const { privateKey } = generateKeyPairSync('ed25519')
  const key = verifierKey(name, 'ed25519-cosignature', rawKey(privateKey))
  const file: KeyFile = { name, privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string }
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  return key
}

/** `countersign witness`: runs until it is stopped and gives the exit code; 2 when it was not asked rightly. */
export async function witness(args: readonly string[]): Promise<number> {
  const tell = (line: string): number => {
    process.stderr.write(`${line}\n`)
    return 2
  }
  let asked: ReturnType<typeof options>
  try {
    asked = options(args)
  } catch (error) {
    return tell(`${(error as Error).message}\n\n${WITNESS_HELP}`)
  }
  if (!asked.key) return tell(`--key names the file of the witness's key.\n\n${WITNESS_HELP}`)
  if (asked.init) {
    if (!asked.name) return tell('--name says who the witness is, as witness.example.org/audit.')
    if (existsSync(asked.key)) return tell(`${asked.key} is there already. A key is never written over.`)
    process.stdout.write(`${makeKey(asked.name, asked.key).vkey}\n`)
    return 0
  }
  const logs = (asked.log ?? []).map(parseVkey)
  if (logs.length === 0 || logs.some((log) => log === null))
    return tell('--log wants the key of a log as it is printed on the page "What the record proves".')
  if (!asked.state) return tell('--state names the file in which the witness remembers what it cosigned.')
  const [, host, port] = /^(.*):(\d{1,5})$/.exec(asked.listen ?? '127.0.0.1:4600') ?? []
  if (host === undefined || port === undefined) return tell('--listen is a host and a port, as 127.0.0.1:4600.')
  try {
    return await serve({ ...keyFrom(asked.key), logs: logs as VerifierKey[], state: asked.state, host, port: Number(port) })
  } catch (error) {
    return tell((error as Error).message)
  }
}

function options(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      init: { type: 'boolean' },
      name: { type: 'string' },
      key: { type: 'string' },
      state: { type: 'string' },
      log: { type: 'string', multiple: true },
      listen: { type: 'string' },
    },
  }).values
}

type Setup = { key: VerifierKey; privateKey: KeyObject; logs: VerifierKey[]; state: string; host: string; port: number }

async function serve({ key, privateKey, logs, state, host, port }: Setup): Promise<number> {
  const memory = openMemory(state)
  const server = witnessServer({ key, privateKey, logs, memory })
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, resolve)
    })
    process.stderr.write(
      `Witness ${key.name} watches ${logs.map(({ name }) => name).join(', ')} at http://${host}:${(server.address() as AddressInfo).port}\n`,
    )
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve)
      process.once('SIGTERM', resolve)
    })
    await new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
    return 0
  } finally {
    memory.close()
  }
}
