import { randomBytes } from 'node:crypto'
import { Told } from '../say.mjs'
import { openBareSql } from './bare-sql.mjs'
import { figure, judge, overRounds, ratio, summary, table } from './figures.mjs'
import { connect, drive } from './load.mjs'
import { signActionId, signRequest, whyNotSigned } from './sign-action.mjs'

// What is compared with what. Each section has variants that do the same job with more or less in front of it; a cell is one variant at one
// number of clients, and each round runs every cell once, so that a slow minute of the machine hits all of them.

const json = { 'Content-Type': 'application/json' }
const short = ({ status, text }) => `${status}: ${text.slice(0, 300)}`

/** A variant over HTTP that asks for `request(client)` until its time is over; `good` is the status of a good answer. */
const overHttp = (world, good, request) => async (clients, ms) => {
  const server = connect(world.origin, clients)
  try {
    return await drive({ clients, ms }, async (client) => {
      const answer = await server.send(request(client))
      return answer.status === good ? null : short(answer)
    })
  } finally {
    server.close()
  }
}

const overSql = (world, what) => async (clients, ms) => {
  const sql = await openBareSql(world.appUrl, clients)
  try {
    return await drive({ clients, ms }, (client) => sql[what](client, `note ${client}`))
  } finally {
    await sql.close()
  }
}

const bareRoute = (world, probe) =>
  overHttp(world, 201, (client) => ({
    method: 'POST',
    path: `/api/bench/${probe}`,
    headers: json,
    body: JSON.stringify({ id: client, note: `note ${client}` }),
  }))

/** The request that brings one piece of evidence for a release; its digest is new each time. */
export function evidenceRequest({ data: { system, profile, gate, token } }, version) {
  const digest = randomBytes(32).toString('hex')
  return {
    method: 'POST',
    path: `/api/v1/systems/${system}/releases/${version}/evidence`,
    headers: { ...json, Authorization: `Bearer ${token}` },
    body: JSON.stringify({ profile, gate, verdict: 'pass', summary: 'Every check came out well', exitCode: 0, ranOn: 'runner 7', digest }),
  }
}

/** How many observations a batch brings. */
const BATCH = 20

/** The request that reports what a client's runtimes say, as they said it before: `count` at once, each with a claim of its own. */
function ingestRequest({ data: { ingest } }, client, count) {
  const claimedAt = () => new Date(Date.now() - 600_000 + (claims++ % 590_000)).toISOString()
  const one = (n) => {
    const { profile, facts } = ingest.reports[n % ingest.reports.length]
    // Neighbours report of another profile or another runtime of it, as they would.
    const instance = `runtime-${Math.floor(n / ingest.reports.length) % ingest.runtimes}`
    return { profile, instance, claimedAt: claimedAt(), facts }
  }
  return {
    method: 'POST',
    path: `/api/v1/systems/${ingest.system}/observations`,
    headers: { ...json, Authorization: `Bearer ${ingest.token}` },
    body: JSON.stringify(count === 1 ? one(client) : { observations: Array.from({ length: count }, (_, i) => one(client + i)) }),
  }
}
let claims = 0

// Enough signatures for a moment of each level; every promotion gives one for each slot. A slow machine stops before they are used up.
const SIGNING_MS = 3000
const signaturesAt = (clients, quick) => ({ 1: 45, 8: 135, 32: 192 })[clients] / (quick ? 3 : 1)

const signing = (world, run) => async (clients) => {
  const { hand, data } = world
  const sealed = await hand.ask('sealed', { count: Math.max(clients, Math.ceil(signaturesAt(clients, world.quick) / data.slots)) })
  return run(clients, await hand.ask('jobs', { sealed }))
}

const signOverHttp = (world) => {
  const at = { actionId: signActionId(), origin: world.origin }
  return signing(world, async (clients, jobs) => {
    const server = connect(world.origin, clients)
    try {
      return await drive({ clients, jobs, ms: SIGNING_MS }, async (_, job) => whyNotSigned(await server.send(signRequest(job, at))))
    } finally {
      server.close()
    }
  })
}

const SECTIONS = {
  evidence: {
    variants: (world) => ({
      'evidence over HTTP': overHttp(world, 201, (client) => evidenceRequest(world, world.data.versions[client])),
      'bare route, one statement': bareRoute(world, 'change'),
      'bare SQL, one statement': overSql(world, 'change'),
    }),
    aims: ({ at8 }) => [
      judge({
        what: 'evidence of the bare one-statement route, 8 clients',
        value: at8('evidence over HTTP', 'bare route, one statement').ratio,
        least: 0.5,
        stretch: 0.7,
      }),
    ],
  },
  audited: {
    variants: (world) => ({
      'a change with its event': overSql(world, 'change'),
      'the same change alone': overSql(world, 'unaudited'),
    }),
    aims: ({ at8 }) => [
      judge({
        what: 'audited of the unaudited write of the same statement, 8 clients',
        value: at8('a change with its event', 'the same change alone').ratio,
        least: 0.35,
      }),
    ],
  },
  sign: {
    variants: (world) => ({
      'signing over HTTP': signOverHttp(world),
      'signing, use case in a process': signing(world, (clients, jobs) => world.hand.ask('sign', { clients, jobs, ms: SIGNING_MS })),
      'bare route, interactive': bareRoute(world, 'interactive'),
      'bare SQL, interactive': overSql(world, 'interactive'),
    }),
    aims: ({ at8 }) => [
      judge({
        what: 'signing over HTTP of the bare interactive route, 8 clients',
        value: at8('signing over HTTP', 'bare route, interactive').ratio,
        least: 0.55,
        stretch: 0.8,
      }),
    ],
  },
  ingest: {
    variants: (world) => ({
      'observations over HTTP, one a call': overHttp(world, 201, (client) => ingestRequest(world, client, 1)),
      [`observations over HTTP, calls of ${BATCH}`]: overHttp(world, 201, (client) => ingestRequest(world, client, BATCH)),
      'bare route, interactive': bareRoute(world, 'interactive'),
    }),
    aims: ({ at8 }) => {
      const { run } = at8('observations over HTTP, one a call', 'bare route, interactive')
      const batches = at8(`observations over HTTP, calls of ${BATCH}`, 'bare route, interactive').run
      return [
        judge({ what: 'observations a second, one a call, findings up to date, 8 clients', value: run.perSecond, least: 250 }),
        judge({ what: `observations a second, calls of ${BATCH}, 8 clients`, value: batches.perSecond * BATCH, least: 250 }),
      ]
    },
  },
  verdict: {
    variants: (world) => {
      const { system, profile, token, sealed } = world.data
      const ask = {
        path: `/api/v1/systems/${system}/profiles/${profile}/verdict?release=${sealed.version}`,
        headers: { Authorization: `Bearer ${token}` },
      }
      return {
        'verdict over HTTP': overHttp(world, 200, () => ask),
        'bare route, one row': overHttp(world, 200, (client) => ({ path: `/api/bench/read?id=${client}` })),
        'bare SQL, one row': overSql(world, 'read'),
      }
    },
    aims: ({ at8 }) => {
      const { ratio: share, run } = at8('verdict over HTTP', 'bare route, one row')
      return [
        judge({ what: 'verdict p95, 8 clients', value: run.p95, most: 25, unit: ' ms' }),
        judge({ what: 'verdict of the bare route that reads one row, 8 clients', value: share, least: 0.4 }),
      ]
    },
  },
}

const msOf = ({ quick }) => (quick ? 400 : 800)

/** Lets every route compile and every plan settle before anything counts. Fails with the words of the first answer that was not good. */
export async function warmUp(world) {
  for (const name of Object.keys(SECTIONS).filter((each) => world.only.includes(each))) {
    for (const [what, run] of Object.entries(SECTIONS[name].variants(world))) stopOnFailure(what, await run(8, world.quick ? 300 : 1500))
  }
}

function stopOnFailure(what, measured) {
  if (measured.failures > 0)
    throw new Told(`${what}: ${measured.failures} of ${measured.latencies.length} went wrong, the first with: ${measured.firstFailure}`)
  return measured
}

/** Runs a section's cells round by round. Answers its figures, lines to print and aims. */
export async function throughput(name, world) {
  const { variants: make, aims } = SECTIONS[name]
  const variants = Object.entries(make(world))
  const runs = Object.fromEntries(variants.map(([what]) => [what, Object.fromEntries(world.levels.map((level) => [level, []]))]))
  for (let round = 0; round < world.rounds; round += 1) {
    for (const level of world.levels) {
      // Another one first in each round: whoever follows a heavy one finds a busier disk.
      for (let i = 0; i < variants.length; i += 1) {
        const [what, run] = variants[(i + round) % variants.length]
        runs[what][level].push(summary(stopOnFailure(what, await run(level, msOf(world)))))
      }
    }
  }
  const cell = (what, level) => overRounds(runs[what][level])
  const [first] = variants.map(([what]) => what)
  const rows = variants.map(([what]) => [
    what,
    ...world.levels.flatMap((level) => {
      const { perSecond, p50, p95 } = cell(what, level)
      return [
        figure(perSecond),
        `${figure(p50)}/${figure(p95)}`,
        what === first ? '' : `x ${figure(ratio(runs[first][level], runs[what][level]))}`,
      ]
    }),
  ])
  const head = ['', ...world.levels.flatMap((level) => [`${level} client${level === 1 ? '' : 's'}, per s`, 'p50/p95 ms', 'ratio'])]
  const at8 = (what, base) => ({ run: cell(what, 8), ratio: ratio(runs[what][8], runs[base][8]) })
  return {
    lines: table([head, ...rows]),
    aims: aims({ at8 }),
    figures: Object.fromEntries(
      variants.map(([what]) => [
        what,
        Object.fromEntries(world.levels.map((level) => [level, { ...cell(what, level), runs: runs[what][level] }])),
      ]),
    ),
  }
}
