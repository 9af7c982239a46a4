import { db } from '@/lib/db/client'
import type { Role } from '@/lib/domain/roles'
import { recordAttestation } from '@/lib/usecases/attestation/record-attestation'
import { chooseContractVariant } from '@/lib/usecases/contract/choose-variant'
import { endContractVariant } from '@/lib/usecases/contract/end-variant'
import { recordFlag } from '@/lib/usecases/environment/record-flag'
import { recordGovernedChange } from '@/lib/usecases/environment/record-governed-change'
import { approveException } from '@/lib/usecases/exception/approve-exception'
import { closeException } from '@/lib/usecases/exception/close-exception'
import { extendException } from '@/lib/usecases/exception/extend-exception'
import { fileException } from '@/lib/usecases/exception/file-exception'
import { acknowledgeFinding } from '@/lib/usecases/finding/acknowledge-finding'
import { after, type Clock } from './clock'
import { REPORTED, report, running, saying } from './observed'
import { as, type Casting, type PersonKey } from './people'
import { policyOf } from './shipping'
import type { Scene } from './story'

type Deviation = {
  system: string
  profile: string
  rule: string
  observed: string
  reason: string
  remediation: string
  by: PersonKey
}

/** Who signs for a role on an exception in this story. */
const SIGNS: Partial<Record<Role, PersonKey>> = { release_manager: 'ines', secops: 'priya', management: 'martin' }
const DAY = 24 * 60

/** Approves what is sealed of an exception, slot by slot of its tier, as the story's people. */
async function approve({ cast }: Casting, exception: string, tier: string, hash: string, from: Date): Promise<void> {
  const { systemId } = await db.driftException.findUniqueOrThrow({ where: { id: exception } })
  const slots = (await policyOf(systemId)).drift.tiers.find(({ id }) => id === tier)?.slots ?? []
  for (const [position, slot] of slots.entries()) {
    const who = slot.roles.map((role) => SIGNS[role]).find((key) => key !== undefined) ?? 'ines'
    await approveException(as(cast, who, after(from, 25 + position * 20)), {
      exception,
      slot: slot.id,
      sealedHash: hash,
      proof: '',
      confirmed: 'yes',
    })
  }
}

/** Files an exception and has it approved by whom its tier asks. Gives its id. */
async function except(
  casting: Casting,
  { by, ...what }: Deviation,
  { since, filedAt, until }: { since: Date; filedAt: Date; until: Date },
): Promise<string> {
  const filed = await fileException(as(casting.cast, by, filedAt), { ...what, startsAt: since, until })
  if (!filed.isApproved) await approve(casting, filed.id, filed.tier, filed.sealedHash, filedAt)
  return filed.id
}

/** Six weeks of deviations that came and went, with what people attested and recorded meanwhile (000.32, 001.7, 001.12, 002.43, 004.13). */
export function driftSoFar(casting: Casting, clock: Clock): Scene[] {
  const { cast } = casting
  return [
    { at: clock.at(43, '16:00'), play: () => startAt(14) },
    ...gone(42, 37, 6, {
      system: 'robodj',
      profile: 'staging',
      rule: 'runtime.dataSource',
      observed: 'the dev config copy',
      reason: 'The staging snapshot was being rebuilt after the disk swap.',
      remediation: 'Restore the newest staging config snapshot and validate it.',
      by: 'jonah',
    }),
    ...gone(40, 38, 3, {
      system: 'stack',
      profile: 'staging',
      rule: 'runtime.dataSource',
      observed: 'a demo tenant copy',
      reason: 'A customer demo needed the tenant of October.',
      remediation: 'Run migrations on an empty staging database and seed it.',
      by: 'piotr',
    }),
    ...gone(38, 36, 2, {
      system: 'waxwatch',
      profile: 'staging',
      rule: 'runtime.launchPath',
      observed: 'make up',
      reason: 'The load test needs the development override of the provider stubs.',
      remediation: 'make prod-up with the same image.',
      by: 'hana',
    }),
    ...gone(35, 33, 3, {
      system: 'dreichor',
      profile: 'dev',
      rule: 'runtime.launchPath',
      observed: 'docker run by hand',
      reason: 'The deploy agent of dev was being moved to another port.',
      remediation: 'Deploy the same image tag through the deploy agent.',
      by: 'leo',
    }),
    ...gone(30, 29, 1, {
      system: 'dreichor',
      profile: 'prod',
      rule: 'variable.LOG_LEVEL',
      observed: 'debug',
      reason: 'Looking for the source of duplicate snapshots.',
      remediation: 'Set LOG_LEVEL=info in the GitHub Environment prod and redeploy the same image tag with deploy.yml.',
      by: 'leo',
    }),
    ...gone(27, 22, 6, {
      system: 'robodj',
      profile: 'dev',
      rule: 'runtime.dataSource',
      observed: 'the staging snapshot',
      reason: 'Reproducing a request queue that lost its order.',
      remediation: 'Go back to local copies.',
      by: 'jonah',
    }),
    ...gone(
      24,
      20,
      2,
      {
        system: 'robodj',
        profile: 'prod',
        rule: 'constraint.backup-snapshots',
        observed: 'one snapshot a week',
        reason: 'The backup volume is being replaced.',
        remediation: 'Daily snapshots start again when the new volume is mounted.',
        by: 'jonah',
      },
      { days: 5, reason: 'The volume arrived two days late.' },
    ),
    ...gone(22, 16, 7, {
      system: 'stack',
      profile: 'staging',
      rule: 'constraint.structured-logs',
      observed: 'plain text logs of the worker',
      reason: 'The JSON formatter drops the stack traces of the job queue.',
      remediation: 'Release the fixed formatter and restart the worker.',
      by: 'piotr',
    }),
    ...gone(12, 9, 4, {
      system: 'robodj',
      profile: 'staging',
      rule: 'runtime.primaryRuntime',
      observed: 'Python 3.12 with local scripts',
      reason: 'The launcher was signed anew.',
      remediation: 'Install the signed launcher of the bundle.',
      by: 'jonah',
    }),
    ...gone(9, 7, 3, {
      system: 'dreichor',
      profile: 'dev',
      rule: 'runtime.dataSource',
      observed: 'dreichor_dev_copy',
      reason: 'Trying a restore beside the database.',
      remediation: 'Point DATABASE_URL back to dreichor_dev and redeploy.',
      by: 'leo',
    }),
    { at: clock.at(31, '11:00'), play: attest },
    { at: clock.at(20, '15:10'), play: governChange },
    { at: clock.at(15, '15:00'), play: flagAName },
    { at: clock.at(14, '15:30'), play: () => narrow(clock.at(14, '15:30')) },
    { at: clock.at(11, '15:30'), play: () => widen(clock.at(11, '15:30')) },
  ]

  async function startAt(number: number): Promise<void> {
    await db.$executeRaw`SELECT setval('public.id_exc', ${number}::bigint)`
  }

  /** An exception filed in the evening, when nothing is being signed, extended where the story says so, and closed with its evidence. */
  function gone(filed: number, closed: number, planned: number, what: Deviation, longer?: { days: number; reason: string }): Scene[] {
    const filedAt = clock.at(filed, '17:20')
    const closedAt = clock.at(closed, '14:10')
    const extendedAt = clock.at(filed - planned, '15:00')
    const open = () =>
      db.driftException.findFirstOrThrow({
        where: { systemId: what.system, profileKey: what.profile, rule: what.rule, endedAt: null },
        select: { id: true },
      })
    return [
      {
        at: filedAt,
        play: async () => {
          await except(casting, what, { since: after(filedAt, -35), filedAt, until: after(filedAt, planned * DAY) })
        },
      },
      ...(longer ? [{ at: extendedAt, play: () => extend(longer) }] : []),
      { at: closedAt, play: close },
    ]
    async function extend({ days, reason }: { days: number; reason: string }): Promise<void> {
      const { id } = await open()
      const asked = await extendException(as(cast, what.by, extendedAt), { exception: id, until: after(filedAt, days * DAY), reason })
      await approve(casting, id, asked.tier, asked.sealedHash, extendedAt)
    }
    async function close(): Promise<void> {
      const { id } = await open()
      await closeException(as(cast, what.by, closedAt), {
        exception: id,
        note: `${what.remediation} Done.`,
        link: `https://ci.example.org/${what.system}/${id.toLowerCase()}`,
      })
    }
  }

  async function attest(): Promise<void> {
    const at = clock.at(31, '11:00')
    const policy = await policyOf('stack')
    for (const [position, { id, by }] of policy.acceptance.entries()) {
      const who = by.includes('dev_lead') ? 'piotr' : 'priya'
      await recordAttestation(as(cast, who, after(at, position * 4)), {
        system: 'stack',
        topic: `acceptance.${id}`,
        holds: true,
        note: 'Read against the document and the compose files.',
        owner: cast[who],
      })
    }
    await recordAttestation(as(cast, 'piotr', after(at, 40)), {
      system: 'stack',
      topic: 'attestation.scheduler-in-worker',
      profile: 'staging',
      holds: true,
      note: 'The worker runs the nightly triggers; the ops runbook says so in its third section.',
      owner: cast.piotr,
    })
    await recordAttestation(as(cast, 'priya', after(at, 60)), {
      system: 'stack',
      topic: 'attestation.hardening',
      profile: 'production',
      holds: true,
      note: 'Headers, rate limits and the service accounts of both services looked at.',
      link: 'https://wiki.example.org/stack/hardening',
      owner: cast.emil,
    })
  }

  async function governChange(): Promise<void> {
    const at = clock.at(20, '15:10')
    await recordGovernedChange(as(cast, 'ines', at), {
      system: 'dreichor',
      profile: 'dev',
      variables: ['SNAPSHOT_STRATEGY'],
      reason: 'Snapshots by strategy are tried in dev first.',
      reference: 'DRC-88',
      fromAt: at,
      untilAt: after(at, 4 * 60),
    })
  }

  async function flagAName(): Promise<void> {
    const at = clock.at(15, '15:00')
    await recordFlag(as(cast, 'ines', at), {
      system: 'waxwatch',
      name: 'preview-7',
      countsAs: 'development',
      reason: 'A preview for the design review; it has no real data and needs the development routes.',
      owner: cast.hana,
      expiresAt: after(at, 40 * DAY),
    })
  }

  async function narrow(at: Date): Promise<void> {
    const variant = (await policyOf('waxwatch')).contractVariants.find(({ isDefault }) => !isDefault)
    if (!variant) return
    await chooseContractVariant(as(cast, 'ines', at), {
      system: 'waxwatch',
      profile: 'production',
      variant: variant.id,
      reason: 'Both providers were switched off for the contract renewal.',
    })
  }

  async function widen(at: Date): Promise<void> {
    await endContractVariant(as(cast, 'ines', at), { system: 'waxwatch', profile: 'production' })
  }
}

/**
 * What runs now, as runtimes report it: RoboDJ's staging started another way under EXC-0031, Stack's staging on a copy under an exception that ends soon,
 * and a log level on Dreichor's prod that nobody recorded (mocks c-system and e-exception). Scenes before what is being signed now.
 */
export function driftBefore(casting: Casting, clock: Clock): Scene[] {
  const staging = clock.at(3, '17:20')
  const demo = clock.ago(32 * 60)
  return [
    {
      at: clock.at(5, '16:00'),
      play: async () => {
        for (const [system, profile] of REPORTED) await report(casting, system, profile, clock.at(5, '16:00'), withoutArtefact)
      },
    },
    {
      at: staging,
      play: async () => {
        await db.$executeRaw`SELECT setval('public.id_exc', greatest((SELECT last_value FROM public.id_exc), 30))`
        await report(casting, 'robodj', 'staging', staging, (facts) => PYTHON(withoutArtefact(facts)))
        const filedAt = after(staging, 18)
        await except(
          casting,
          {
            system: 'robodj',
            profile: 'staging',
            rule: 'runtime.launchPath',
            observed: 'python main.py --profile staging',
            reason: 'The launcher of the release candidate leaves its old process behind.',
            remediation: 'Restore the launcher from the 2.13.2 bundle, rerun validation.',
            by: 'jonah',
          },
          { since: staging, filedAt, until: after(staging, 4 * DAY) },
        )
      },
    },
    {
      at: demo,
      play: async () => {
        await report(casting, 'stack', 'staging', demo, (facts) => COPY(withoutArtefact(facts)))
        await except(
          casting,
          {
            system: 'stack',
            profile: 'staging',
            rule: 'runtime.dataSource',
            observed: 'a demo tenant copy',
            reason: 'A customer sees the audit trail per tenant today.',
            remediation: 'Run migrations on an empty staging database and seed it.',
            by: 'piotr',
          },
          { since: demo, filedAt: after(demo, 12), until: clock.ago(-5 * 60) },
        )
      },
    },
  ]
}

/** WaxWatch's staging runs with the development override for a load test: an exception approved by filing, open when the next dossier is sealed. */
export async function loadTest(casting: Casting, clock: Clock): Promise<void> {
  const from = clock.ago(42 * 60)
  await report(casting, 'waxwatch', 'staging', from, (facts) => running({ launchPath: 'make up' })(withoutArtefact(facts)))
  await except(
    casting,
    {
      system: 'waxwatch',
      profile: 'staging',
      rule: 'runtime.launchPath',
      observed: 'make up',
      reason: 'The load test of shared watch lists needs the provider stubs.',
      remediation: 'make prod-up with the same image when the test is over.',
      by: 'hana',
    },
    { since: from, filedAt: after(from, 20), until: after(from, 3 * DAY - 60) },
  )
}

/** In the past the newest report names another artefact than the next deployment; a story only says what it is about. */
function withoutArtefact<F extends object>(facts: F): F {
  return { ...facts, artefact: undefined }
}

const PYTHON = running({ primaryRuntime: 'Windows launcher', launchPath: 'python main.py --profile staging' })
const COPY = running({ dataSource: 'a demo tenant copy' })

/** The newest reports, and the two things that nobody approved yet. */
export async function driftNow(casting: Casting, clock: Clock): Promise<void> {
  const { cast } = casting
  // WaxWatch production has not reported for longer than its facts stay good.
  await report(casting, 'waxwatch', 'production', clock.ago(31 * 60))
  await report(casting, 'robodj', 'dev', clock.ago(238))
  await report(casting, 'waxwatch', 'dev', clock.ago(200))
  await report(casting, 'waxwatch', 'staging', clock.ago(150), running({ launchPath: 'make up' }))
  await report(casting, 'stack', 'ci', clock.ago(120))
  await report(casting, 'dreichor', 'dev', clock.ago(44))
  await report(casting, 'dreichor', 'prod', clock.ago(40))
  await report(casting, 'stack', 'staging', clock.ago(31), COPY)
  const { opened } = await report(casting, 'dreichor', 'prod', clock.ago(27), saying('LOG_LEVEL', 'debug'))
  if (opened.length === 0) throw new Error('the changed log level of Dreichor opened no finding')
  await fileException(as(cast, 'leo', clock.ago(22)), {
    system: 'robodj',
    profile: 'prod',
    rule: 'constraint.backup-snapshots',
    observed: 'one snapshot a day at 03:00',
    reason: 'The second snapshot of the day waits for the new volume.',
    remediation: 'Both snapshots run again when the volume is mounted on Thursday.',
    startsAt: clock.ago(60),
    until: after(clock.start, 6 * DAY),
  })
  await report(casting, 'stack', 'production', clock.ago(14))
  await report(casting, 'robodj', 'staging', clock.ago(12), PYTHON)
  await report(casting, 'robodj', 'prod', clock.ago(6))
  const note = await db.finding.findFirst({ where: { closedAt: null, severity: { not: 'block' } }, orderBy: { openedAt: 'asc' } })
  if (note) await acknowledgeFinding(as(cast, 'aiko', clock.ago(5)), { finding: note.id, note: 'Known; it goes with the next image.' })
}
