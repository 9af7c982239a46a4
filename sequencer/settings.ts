import { join } from 'node:path'
import { parseVkey, type VerifierKey } from '@/lib/domain/log/note'
import { readSomeSettings, SettingsRefused, settingsTable } from '@/lib/env'

/** A witness that is asked to cosign: the address of its `add-checkpoint`, and the key of its cosignatures. */
export type WitnessAddress = { url: string; key: VerifierKey }

/** Where the sequencer finds everything. */
export type LogSettings = {
  databaseUrl: string
  /** The name that a new log gets. */
  origin: string
  keyFile: string
  guardFile: string
  anchorFile: string
  witnesses: readonly WitnessAddress[]
}

const refused = (name: 'DATABASE_LOG_URL' | 'LOG_WITNESSES', rule: string) =>
  new SettingsRefused([{ name, rule, example: settingsTable[name].example }])

function witnessesOf(text: string | undefined): WitnessAddress[] {
  return (text?.trim().split(/\s+/) ?? []).map((each) => {
    const at = each.indexOf('=')
    const key = parseVkey(each.slice(at + 1))
    if (!key || key.kind === 'ed25519') throw refused('LOG_WITNESSES', 'holds a key that is not that of a witness')
    return { url: each.slice(0, at).replace(/\/$/, ''), key }
  })
}

/** Reads the settings of the sequencer and nothing else, from this process's environment unless another is given. Throws `SettingsRefused`, which names each rule that is broken and never a value. */
export function readLogSettings(env?: Readonly<Record<string, string | undefined>>): LogSettings {
  const settings = readSomeSettings(
    [
      'DATABASE_LOG_URL',
      'APP_ORIGIN',
      'COUNTERSIGN_STATE',
      'LOG_ORIGIN',
      'LOG_KEY_FILE',
      'LOG_GUARD_FILE',
      'LOG_ANCHOR_FILE',
      'LOG_WITNESSES',
    ],
    env,
  )
  if (!settings.DATABASE_LOG_URL) throw refused('DATABASE_LOG_URL', 'is not set')
  const folder = join(settings.COUNTERSIGN_STATE ?? '.countersign', 'log')
  return {
    databaseUrl: settings.DATABASE_LOG_URL,
    origin: settings.LOG_ORIGIN ?? `${new URL(settings.APP_ORIGIN).host}/log`,
    keyFile: settings.LOG_KEY_FILE ?? join(folder, 'keys.json'),
    guardFile: settings.LOG_GUARD_FILE ?? join(folder, 'guard.json'),
    anchorFile: settings.LOG_ANCHOR_FILE ?? join(folder, 'anchors.jsonl'),
    witnesses: witnessesOf(settings.LOG_WITNESSES),
  }
}
