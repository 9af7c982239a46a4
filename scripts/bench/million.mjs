import pg from 'pg'

// A long record in little time: events as the application writes them, put there by the owner of the tables with the times they would have had.

/** Shares of the systems, far apart as in life: the last is of no system. */
const SHARES = [0.7, 0.2, 0.08, 0.015, 0.005]
/** One of these in that many events, so that a filter may have to walk far. */
const RARE_EVERY = 100_000

/**
 * Appends events until there are `total`: a year of them ending now, oldest first, most of one system and one action, some actors busier than others.
 * Texts are RFC 8785, so that they verify like any. Gives how many were added.
 */
export async function fillTrail(adminUrl, { systems, total, actors = 200 }) {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    const { rows } = await client.query('SELECT count(*)::int AS there FROM audit.event')
    const there = rows[0].there
    for (let from = there; from < total; from += 50_000)
      await client.query(FILL, [from, Math.min(total, from + 50_000) - 1, systems, SHARES, actors, RARE_EVERY, total])
    await client.query('ANALYZE audit.event')
    await client.query('ANALYZE audit.leaf')
    return Math.max(0, total - there)
  } finally {
    await client.end()
  }
}

const FILL = `
  INSERT INTO audit.event (canonical, recorded_at)
  SELECT format('{"action":%s,"actor":{"countsAs":%s,"grant":null,"id":%s,"kind":"token","roles":[],"session":null,"token":null},"after":{"gate":"secret-preflight","profile":"prod","release":%s,"verdict":"pass"},"at":%s,"before":null,"count":1,"decision":null,"demo":true,"dossier":null,"outcome":"done","policy":%s,"reason":null,"request":{"agent":null,"id":%s,"ip":null},"subject":{"id":%s,"kind":%s,"version":null},"system":%s,"text":null,"v":1}',
      to_json(action), to_json(actor), to_json(actor), to_json('2.' || (n % 40) || '.0'), to_json(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
      to_json(encode(sha256(convert_to('policy ' || n % 7, 'UTF8')), 'hex')), to_json(md5('request ' || n)::uuid::text), to_json(subject), to_json(kind), coalesce(to_json(system)::text, 'null')),
    date_trunc('milliseconds', at)
  FROM (
    SELECT n, clock_timestamp() - (($7::bigint - n) * interval '365 days' / $7::bigint) - interval '10 minutes' AS at,
      CASE WHEN n % $6 = 17 THEN 'policy.applied' WHEN n % 50 = 1 THEN 'checklist_item.ticked' WHEN n % 9 = 0 THEN 'observation.recorded' ELSE 'evidence.recorded' END AS action,
      md5('actor ' || (CASE WHEN n % 3 = 0 THEN n % $5::bigint ELSE n % 5 END))::uuid::text AS actor,
      md5('subject ' || (CASE WHEN n % 50 = 1 THEN n / 5000 ELSE n END))::uuid::text AS subject,
      CASE WHEN n % $6 = 17 THEN 'policy' WHEN n % 50 = 1 THEN 'checklist_run' WHEN n % 9 = 0 THEN 'observation' ELSE 'evidence' END AS kind,
      (SELECT ($3::text[])[k] FROM generate_subscripts($4::float8[], 1) k
        WHERE (n * 7919 % 1000) / 1000.0 < (SELECT sum(s) FROM unnest(($4::float8[])[1:k]) s) + 1e-9 LIMIT 1) AS system
    FROM generate_series($1::bigint, $2::bigint) n
  ) made`
