import { expect, test } from 'vitest'
import { getSetupLink } from '@/lib/queries/account/get-setup-link'
import { createSetupLink } from '@/lib/usecases/account/create-setup-link'
import { events, refusalOf, theAdmin } from '@/test/support/factories'

test('the console’s link is there until there is an admin', async () => {
  const { link } = await createSetupLink()
  expect(await getSetupLink(link)).toEqual({ kind: 'first_admin' })
  expect(await events('setup_link.created')).toHaveLength(1)
  await theAdmin()
  expect(await refusalOf(createSetupLink())).toMatchObject({ code: 'wrong_state' })
})

test('a made-up link is worth nothing', async () => {
  expect(await getSetupLink('x'.repeat(43))).toBeNull()
  expect(await getSetupLink(`00000000-0000-4000-8000-000000000000.${'x'.repeat(43)}`)).toBeNull()
  expect(await getSetupLink('')).toBeNull()
})
