import 'server-only'
import { db } from '@/lib/db/client'
import { loadContacts } from '@/lib/db/load-contacts'
import { CONFIRMERS, type ContactGate, type ContactListStanding, contactGates, whyNotConfirm } from '@/lib/domain/contact'
import { type FallbackRule, fallbackRules } from '@/lib/domain/fallback-rule'
import type { GateVerdict } from '@/lib/domain/gate'
import type { Policy } from '@/lib/domain/policy/schema'
import type { Refusal } from '@/lib/domain/refusal'
import type { SystemHead } from './system-head'
import type { Looker } from './system-standing'

/** A contact list, with whom of it the viewer may confirm. */
export type ContactListView = ContactListStanding & { confirmable: { id: string; name: string }[]; whyNotConfirm: Refusal | null }

/** A gate that asks for the confirmation, with where it stands for what is on its way. */
export type ContactGateView = ContactGate & { judged: { promotion: string; version: string; verdict: GateVerdict; sentence: string }[] }

/** The contacts of a system, and all that its card says on the day that Countersign itself is down. */
export type ContactsPage = {
  lists: ContactListView[]
  gates: ContactGateView[]
  confirmers: typeof CONFIRMERS
  rules: FallbackRule[]
  /** What is done to go back, as the policy's runbooks list it. */
  rollbacks: {
    id: string
    title: string
    profiles: readonly string[] | null
    steps: { id: string; text: string; command: string | null }[]
  }[]
}

/** Contact lists with people, freshness and gates (000.33), judged at the instant of the page. `head` is the system that the viewer may see. */
export async function getContacts(looker: Looker, head: Pick<SystemHead, 'slug' | 'name' | 'version' | 'open'>): Promise<ContactsPage> {
  const { actor, now } = looker
  const { policy } = head.version
  const standing = await loadContacts(db, head.slug, policy, now)
  const system = { id: head.slug, name: head.name }
  const lists = standing.map((list): ContactListView => {
    const judged = list.people.map((person) => ({ person, whyNot: whyNotConfirm(list, person.id, actor, system, now) }))
    const confirmable = judged.filter(({ whyNot }) => whyNot === null).map(({ person: { id, name } }) => ({ id, name }))
    return { ...list, confirmable, whyNotConfirm: confirmable.length > 0 ? null : (judged[0]?.whyNot ?? null) }
  })
  return {
    lists,
    gates: contactGates(policy, standing).map((asking) => ({
      ...asking,
      judged: head.open
        .filter(({ edge }) => edge.id === asking.edge)
        .flatMap(({ id, release, gates }) =>
          gates
            .filter(({ gate }) => gate.id === asking.gate.id)
            .map(({ verdict, sentence }) => ({ promotion: id, version: release.version, verdict, sentence })),
        ),
    })),
    confirmers: CONFIRMERS,
    rules: fallbackRules(policy),
    rollbacks: rollbacksOf(policy),
  }
}

function rollbacksOf(policy: Policy): ContactsPage['rollbacks'] {
  return policy.runbooks
    .map((runbook) => ({
      id: runbook.id,
      title: runbook.title,
      profiles: runbook.profiles ?? null,
      steps: runbook.items
        .filter(({ phase }) => phase === 'rollback' || runbook.kind === 'rollback')
        .map(({ id, text, command }) => ({ id, text, command: command ?? null })),
    }))
    .filter(({ steps }) => steps.length > 0)
}
