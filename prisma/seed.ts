import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// History is written with explicit times, which only the owner of the tables may do: the seed connects as the role that migrates.
process.env.DATABASE_URL = process.env.DATABASE_MIGRATE_URL || process.env.DATABASE_URL

if (process.env.COUNTERSIGN_ENV === 'production') {
  console.error('Demo data does not go into production (002.33). Nothing was written.')
  process.exit(1)
}

const { db } = await import('../lib/db/client')
const { clockFrom } = await import('./demo/clock')
const { emergencySoFar, glassSoFar } = await import('./demo/incidents')
const { driftBefore, driftNow, driftSoFar } = await import('./demo/drift')
const { castAgents, castPeople, emailOf, PEOPLE } = await import('./demo/people')
const { holdKeys, rotatedSoFar, rotateRobodjNow, stackAsksManagement } = await import('./demo/rotations')
const { declineAndGoAround, failForAMissingVariable, governFourSystems, past, play, tellThePresent } = await import('./demo/story')
const { ROLE_TITLE } = await import('../lib/domain/roles')

if ((await db.system.count()) > 0) {
  console.error(
    'There are systems here already; the demo record only goes into an empty database. Use npm start -- --fresh-demo for a new one.',
  )
  process.exit(1)
}

const clock = clockFrom(new Date())
const casting = await castPeople(clock)
await governFourSystems(casting, clock)
await castAgents(casting, 'robodj', clock)
await play([
  ...past(casting, clock),
  ...failForAMissingVariable(casting, clock),
  ...declineAndGoAround(casting, clock),
  ...holdKeys(casting, clock),
  ...rotatedSoFar(casting, clock),
  ...glassSoFar(casting, clock),
  ...emergencySoFar(casting, clock),
  ...driftSoFar(casting, clock),
  ...driftBefore(casting, clock),
])
await tellThePresent(casting, clock)
await stackAsksManagement(casting, clock)
await rotateRobodjNow(casting, clock)
await driftNow(casting, clock)
await db.$disconnect()

// `npm start` prints this. The password and the token are made up and open a demo only.
const state = process.env.COUNTERSIGN_STATE ?? '.countersign'
mkdirSync(state, { recursive: true })
const personas = (Object.keys(PEOPLE) as (keyof typeof PEOPLE)[]).map((key) => ({
  name: PEOPLE[key].name,
  email: emailOf(key),
  roles: PEOPLE[key].roles.map((role) => ROLE_TITLE[role]),
}))
const agents = Object.values(casting.agents).map(({ name, token }) => ({ name, token }))
const curl = `curl -s -H "Authorization: Bearer ${casting.token}" "{origin}/api/v1/systems/robodj/profiles/prod/verdict?release=2.14.0-rc.3"`
writeFileSync(
  join(state, 'demo.json'),
  `${JSON.stringify({ password: casting.password, token: casting.token, agents, personas, curl }, null, 2)}\n`,
  { mode: 0o600 },
)
