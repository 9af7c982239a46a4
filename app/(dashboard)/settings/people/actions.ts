'use server'

import { refresh } from 'next/cache'
import { redirect } from 'next/navigation'
import { plural } from '@/lib/format'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { routes } from '@/lib/routes'
import {
  addCommitAddressInput,
  createAgentInput,
  createPersonInput,
  endGrantInput,
  erasePersonInput,
  giveGrantInput,
  invitePersonInput,
  retirePersonInput,
} from '@/lib/schemas/account'
import { addCommitAddress } from '@/lib/usecases/account/add-commit-address'
import { createAgent } from '@/lib/usecases/account/create-agent'
import { createPerson } from '@/lib/usecases/account/create-person'
import { endGrant } from '@/lib/usecases/account/end-grant'
import { erasePerson } from '@/lib/usecases/account/erase-person'
import { giveGrant } from '@/lib/usecases/account/give-grant'
import { invitePerson } from '@/lib/usecases/account/invite-person'
import { retirePerson } from '@/lib/usecases/account/retire-person'

/** Adds a person and goes on to their page, where roles and the sign-in link are. */
export async function createPersonAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(form, createPersonInput, async (ctx, input) => redirect(routes.person((await createPerson(ctx, input)).id)), {
    verb: 'person:create',
  })
}

/** Adds an agent and goes on to its page. */
export async function createAgentAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(form, createAgentInput, async (ctx, input) => redirect(routes.person((await createAgent(ctx, input)).id)), {
    verb: 'agent:create',
  })
}

/** Makes a one-time link; its path is the message, and exists nowhere else. */
export async function invitePersonAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(form, invitePersonInput, async (ctx, input) => routes.setup((await invitePerson(ctx, input)).link), {
    verb: 'person:invite',
  })
}

/** Records another address by which somebody commits. */
export async function addCommitAddressAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    addCommitAddressInput,
    async (ctx, input) => {
      const { releases } = await addCommitAddress(ctx, input)
      refresh()
      return releases === 0
        ? 'The address is theirs now.'
        : `The address is theirs now, in ${plural(releases, 'release')} registered before too.`
    },
    { verb: 'person:add-commit-address' },
  )
}

/** Grants a role. */
export async function giveGrantAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    giveGrantInput,
    async (ctx, input) => {
      await giveGrant(ctx, input)
      refresh()
      return 'The role is granted.'
    },
    { verb: 'grant:give' },
  )
}

/** Ends a role now. */
export async function endGrantAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    endGrantInput,
    async (ctx, input) => {
      await endGrant(ctx, input)
      refresh()
      return 'The role has ended.'
    },
    { verb: 'grant:end' },
  )
}

/** Retires a person or an agent. */
export async function retirePersonAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    retirePersonInput,
    async (ctx, input) => {
      const { grants, sessions, tokens } = await retirePerson(ctx, input)
      refresh()
      return `Retired: ${grants} roles, ${sessions} sessions and ${tokens} tokens ended.`
    },
    { verb: 'person:retire' },
  )
}

/** Erases the personal data of somebody retired. */
export async function erasePersonAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    erasePersonInput,
    async (ctx, input) => {
      await erasePerson(ctx, input)
      refresh()
      return 'Erased.'
    },
    { verb: 'person:erase' },
  )
}
