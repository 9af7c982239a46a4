import 'server-only'
import { db } from '@/lib/db/client'
import { loadTexts } from '@/lib/db/load-incidents'
import { whyNotCloser } from '@/lib/domain/exception-guards'
import { exceptionParts } from '@/lib/domain/exception-sentence'
import type { Refusal } from '@/lib/domain/refusal'
import { neverExceptable } from '@/lib/domain/rule-ref'
import type { SystemHead } from './system-head'
import type { Looker } from './system-standing'

type Why = Pick<Refusal, 'sentence' | 'details'>

/** What the inspector needs beside a cell to offer what can be done about it: all guards are asked on the server. */
export type MatrixActs = {
  system: string
  /** The instant of the page. */
  now: Date
  /** Why the viewer files no exception on this system. */
  whyNotFile: Why | null
  /** Rules that no exception covers, by their key, with what is possible instead. */
  never: Readonly<Record<string, Why>>
  /** By id of an exception that a cell shows: its words as the release notes print them, and why the viewer may not close it. */
  exceptions: Readonly<Record<string, { sentence: string; whyNotClose: Why | null }>>
}

/** What the inspector of a system offers: the words of its open exceptions, and every guard asked for whoever looks. One statement, none without exceptions. */
export async function getMatrixActs(
  looker: Looker,
  head: Pick<SystemHead, 'slug' | 'name' | 'version' | 'groups' | 'exceptions' | 'whyNotFile'>,
): Promise<MatrixActs> {
  const texts = await loadTexts(
    db,
    head.exceptions.flatMap(({ reason, remediation }) => [reason, remediation]),
  )
  const cells = head.groups.flatMap(({ rows }) => rows.flatMap((row) => row.cells))
  const keys = new Set(cells.flatMap(({ key, parts = [] }) => [...(key === null ? [] : [key]), ...parts.map((part) => part.key)]))
  const never = [...keys].flatMap((key) => {
    const rule = neverExceptable(head.version.policy, { key })
    return rule ? [[key, { sentence: `No exception covers this: ${rule.text}`, details: rule.instead ? [rule.instead] : [] }] as const] : []
  })
  return {
    system: head.slug,
    now: looker.now,
    whyNotFile: head.whyNotFile && { sentence: head.whyNotFile.sentence },
    never: Object.fromEntries(never),
    exceptions: Object.fromEntries(
      head.exceptions.map((exception) => {
        const { when, why, remediation } = exceptionParts({
          ...exception,
          until: exception.endsAt,
          owner: exception.owner.name,
          reason: texts.get(exception.reason) ?? null,
          remediation: texts.get(exception.remediation) ?? null,
        })
        const whyNot = whyNotCloser({ ...exception, systemName: head.name }, looker.actor, looker.now)
        return [
          exception.id,
          {
            sentence: [when, why, remediation].filter((part) => part !== null).join(' '),
            whyNotClose: whyNot && { sentence: whyNot.sentence },
          },
        ]
      }),
    ),
  }
}
