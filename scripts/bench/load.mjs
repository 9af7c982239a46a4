import http from 'node:http'

// A load client for one process: every client asks, waits for the whole answer and asks again, over a connection that stays open.

/** Connections to one server. `send({ method, path, headers, body })` answers `{ status, headers, text }`. */
export function connect(origin, connections) {
  const { hostname, port } = new URL(origin)
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' })
  const send = ({ method = 'GET', path, headers = {}, body }) =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }
      const request = http.request({ agent, hostname, port, method, path, headers: { ...headers, ...length } }, (response) => {
        const parts = []
        response.on('data', (part) => parts.push(part))
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString('utf8') }),
        )
        response.on('error', reject)
      })
      request.on('error', reject)
      request.end(body)
    })
  return { send, close: () => agent.destroy() }
}

/**
 * Lets `clients` ask at once, for `ms` milliseconds or until `jobs` are used up. `ask(client, job)` throws, or answers a sentence, when something
 * went wrong. Answers the milliseconds of each request, of all together, and the failures with the first one's words.
 */
export async function drive({ clients, ms = Number.POSITIVE_INFINITY, jobs = null }, ask) {
  const latencies = []
  let failures = 0
  let firstFailure = null
  let next = 0
  const from = performance.now()
  const until = from + ms
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (;;) {
        if (jobs && next >= jobs.length) return
        const job = jobs ? jobs[next++] : undefined
        const start = performance.now()
        if (start >= until) return
        let wrong
        try {
          wrong = await ask(client, job)
        } catch (error) {
          wrong = error.message || String(error)
        }
        latencies.push(performance.now() - start)
        if (wrong) {
          failures += 1
          firstFailure ??= wrong
        }
      }
    }),
  )
  return { latencies, elapsedMs: performance.now() - from, failures, firstFailure }
}
