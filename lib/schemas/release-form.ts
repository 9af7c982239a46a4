import { z } from 'zod'
import { recordEvidenceInput } from './evidence'
import { fromForm, inUtc, isRecord, linesOf } from './form'
import { CHANGE_KINDS, registerReleaseInput } from './release'

/** `fix: Sentence (#12)` as a change; a line without a kind is `other`. */
export function changeOfLine(line: string): { kind: string; summary: string; reference?: string } {
  const [, named, rest] = /^([A-Za-z]{2,12}):\s{0,4}(\S.*)$/.exec(line) ?? []
  const kind = CHANGE_KINDS.find((known) => known === named?.toLowerCase())
  const text = kind ? (rest ?? '') : line
  const [, summary, reference] = /^(.{1,480}?)\s\(([^()]{1,200})\)$/.exec(text) ?? []
  return { kind: kind ?? 'other', summary: summary ?? text, ...(reference ? { reference } : {}) }
}

/** `ada@example.com 12` as a contributor; without a number, one commit. */
export function contributorOfLine(line: string): { identity: string; commits: number } {
  const [identity = '', commits] = line.split(/[\s,]+/)
  return { identity, commits: commits === undefined ? 1 : Number(commits) }
}

const lines = (value: unknown): string[] => (typeof value === 'string' ? (linesOf(value) as string[]) : [])

/** The form that registers a release: changes and contributors are a line each. */
export const registerReleaseForm = z.preprocess((raw) => {
  if (!isRecord(raw)) return raw
  const { changes, contributors, schemaBackwardCompatible, buildDate, ...rest } = raw
  return {
    ...rest,
    buildDate: inUtc(buildDate),
    ...(schemaBackwardCompatible === 'yes' || schemaBackwardCompatible === 'no'
      ? { schemaBackwardCompatible: schemaBackwardCompatible === 'yes' }
      : {}),
    changes: lines(changes).map(changeOfLine),
    contributors: lines(contributors).map(contributorOfLine),
  }
}, fromForm(registerReleaseInput))

/** The form that brings evidence: numbers and instants arrive as text. */
export const recordEvidenceForm = z.preprocess((raw) => {
  if (!isRecord(raw)) return raw
  const { exitCode, claimedAt, ...rest } = raw
  return {
    ...rest,
    ...(typeof exitCode === 'string' && exitCode.trim() !== '' ? { exitCode: Number(exitCode) } : {}),
    ...(claimedAt ? { claimedAt: inUtc(claimedAt) } : {}),
  }
}, fromForm(recordEvidenceInput))
