import { z } from 'zod'
import { db } from '@/lib/db/client'
import { settings } from '@/lib/env'

// What a bare application of the same build does with a request: no token, no schema of the domain, no rule, no secret filter. `npm run bench`
// compares with it and makes the table in a throw-away database; nowhere else does the table, or the setting that opens these routes, exist.

type Context = { params: Promise<{ probe: string }> }

const Body = z.object({ id: z.int(), note: z.string() })
const event = (id: number, note: string) =>
  JSON.stringify({ action: 'bench.changed', system: null, actor: { id: 'bench' }, subject: { kind: 'bench', id: String(id) }, note })
const nothing = () => new Response(null, { status: 404 })
const isOpen = () => settings().COUNTERSIGN_BENCH === 'yes'

/** `change`: a row and its audit event in one statement. `interactive`: lock, change and append in a transaction of its own. 404 without COUNTERSIGN_BENCH. */
export async function POST(request: Request, { params }: Context): Promise<Response> {
  const { probe } = await params
  if (!isOpen() || (probe !== 'change' && probe !== 'interactive')) return nothing()
  const { id, note } = Body.parse(await request.json())
  const rows = probe === 'change' ? await changeAtOnce(id, note) : await changeInSteps(id, note)
  return Response.json(rows[0], { status: 201 })
}

/** `read`: one row by its key. 404 without COUNTERSIGN_BENCH. */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const { probe } = await params
  if (!isOpen() || probe !== 'read') return nothing()
  const id = Number(new URL(request.url).searchParams.get('id'))
  const rows = await db.$queryRaw<unknown[]>`SELECT id, n, note FROM bench_row WHERE id = ${id}`
  return Response.json(rows[0])
}

function changeAtOnce(id: number, note: string): Promise<unknown[]> {
  return db.$queryRaw<unknown[]>`
    WITH changed AS (UPDATE bench_row SET n = n + 1, note = ${note} WHERE id = ${id} RETURNING id, n),
      told AS (INSERT INTO audit.event (canonical) SELECT ${event(id, note)} FROM changed)
    SELECT id, n FROM changed`
}

function changeInSteps(id: number, note: string): Promise<unknown[]> {
  return db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM bench_row WHERE id = ${id} FOR UPDATE`
    const rows = await tx.$queryRaw<unknown[]>`UPDATE bench_row SET n = n + 1, note = ${note} WHERE id = ${id} RETURNING id, n`
    await tx.$executeRaw`INSERT INTO audit.event (canonical) VALUES (${event(id, note)})`
    return rows
  })
}
