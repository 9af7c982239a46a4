import { expect, test } from 'vitest'
import { db } from '@/lib/db/client'
import { addCommitAddress } from '@/lib/usecases/account/add-commit-address'
import { createPerson } from '@/lib/usecases/account/create-person'
import { aPerson, bareCtx, events, refusalOf, theAdmin } from '@/test/support/factories'
import { emailOf } from '@/test/support/people'
import { aSealedPromotion, sign } from '@/test/support/promotions'
import { aGovernedSystem, aRelease } from '@/test/support/scene'

test('who wrote a release under another address does not sign it, though it was registered and sealed before that was known (T02, T05)', async () => {
  const scene = await aGovernedSystem('robodj')
  const alias = 'night.owl@users.example.net'
  const { id, hash, releaseId } = await aSealedPromotion(scene, 'prod', { release: { contributors: [{ identity: alias, commits: 4 }] } })
  const signer = scene.people.management
  const ctx = bareCtx(await theAdmin())
  expect(await addCommitAddress(ctx, { person: signer.actor.id, email: ' Night.Owl@users.example.net ' })).toEqual({ releases: 1 })
  expect(await db.releaseContributor.findMany({ where: { releaseId } })).toMatchObject([{ identity: alias, principalId: signer.actor.id }])
  expect(await refusalOf(sign(signer, id, 'management', hash))).toMatchObject({
    code: 'separation_of_duties',
    sentence: expect.stringContaining('You wrote 4 commits'),
  })
  const [told] = await events('commit_address.added')
  expect(told).toMatchObject({ subject_id: signer.actor.id, payload: { after: { releases: 1 } } })
  expect(JSON.stringify(told)).not.toContain('owl')
  // And of every release to come.
  const next = await aRelease(scene, { contributors: [{ identity: alias, commits: 1 }] })
  expect(await db.releaseContributor.findMany({ where: { releaseId: next.id } })).toMatchObject([{ principalId: signer.actor.id }])
  // An address has one owner.
  const other = await aPerson()
  expect(await refusalOf(addCommitAddress(ctx, { person: other.id, email: alias }))).toMatchObject({ code: 'conflict', place: 'email' })
  expect(await refusalOf(addCommitAddress(ctx, { person: other.id, email: await emailOf(signer) }))).toMatchObject({ code: 'conflict' })
})

test('somebody who joins later is known in the releases they wrote before', async () => {
  const scene = await aGovernedSystem('waxwatch')
  const release = await aRelease(scene, { contributors: [{ identity: 'late.joiner@example.org', commits: 2 }] })
  const { id } = await createPerson(bareCtx(await theAdmin()), { name: 'Late Joiner', email: 'Late.Joiner@example.org' })
  expect(await db.releaseContributor.findMany({ where: { releaseId: release.id } })).toMatchObject([{ principalId: id }])
})

test('only an admin of every system says so', async () => {
  const [one, other] = [await aPerson({ roles: [['release_manager', null]] }), await aPerson()]
  expect(await refusalOf(addCommitAddress(bareCtx(one), { person: other.id, email: 'x@example.org' }))).toMatchObject({
    code: 'not_allowed',
  })
})
