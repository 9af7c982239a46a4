import type { SigningKey } from './keys'

/** What a sequencer needs to know. Files are absolute paths outside the database's folder. */
export type SequencerOptions = {
  /** The database, as `countersign_log`. */
  databaseUrl: string
  /** The keys that sign; a function is asked again from time to time, so that a rotated key file is noticed. */
  keys: readonly SigningKey[] | (() => readonly SigningKey[])
  guardFile: string
  anchorFile: string
  /** The name of the log: the prefix it is served under, without a scheme. */
  origin: string
  /** How many entries one round integrates at most (1,000). */
  batch?: number
  now?: () => Date
  /** Tests stop here, at the step that is named. */
  kill?: (step: string) => void
}

/** Why the sequencer signs nothing until somebody followed the written procedure. The message is a sentence for people. */
export class Refusing extends Error {}

export const keysOf = ({ keys }: SequencerOptions): readonly SigningKey[] => (typeof keys === 'function' ? keys() : keys)

export const nowOf = ({ now }: SequencerOptions): Date => now?.() ?? new Date()
