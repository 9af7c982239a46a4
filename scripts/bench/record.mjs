import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atEnd, stopChild } from '../lifetime.mjs'
import { inRoot, ownNodePath } from '../paths.mjs'
import { figure, judge, percentile, table } from './figures.mjs'
import { startHand } from './hand.mjs'
import { fillTrail } from './million.mjs'
import { residentMiB } from './resident.mjs'

/**
 * What the record costs when it is long: lists and searches over it, putting it into the tree, verifying it and exporting it. On a database of its own,
 * first with a hundredth of the events, so that a figure that grows with the record is seen.
 */
export async function measureRecord({ testbed, settings, quick }) {
  const total = quick ? 20_000 : 1_000_000
  const name = 'record'
  await testbed.clone(name)
  const folder = mkdtempSync(join(tmpdir(), 'countersign-record-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  const admin = testbed.address('postgres', name)
  const hand = await startHand({ ...settings, DATABASE_URL: testbed.address('countersign_app', name) }, 'record-worker.ts')
  const { systems } = await hand.ask('govern')
  const log = { databaseUrl: testbed.address('countersign_log', name), folder }
  await fillTrail(admin, { systems, total: total / 100 })
  await hand.ask('sequence', log)
  const before = await hand.ask('lists', { times: quick ? 20 : 200 })
  await fillTrail(admin, { systems, total })
  const sequenced = await hand.ask('sequence', log)
  const lists = await hand.ask('lists', { times: quick ? 20 : 200 })
  const verified = await verifyDatabase(testbed.address('countersign_verify', name))
  const exported = {}
  for (const format of ['csv', 'jsonl', 'bundle']) exported[format] = await hand.ask('export', { format })
  await hand.stop()
  return told({ total, before, sequenced, lists, verified, exported })
}

/** The command as an auditor runs it, on the database; its memory is looked at while it runs. */
async function verifyDatabase(url) {
  const child = spawn(ownNodePath, [inRoot('cli', 'countersign.mjs'), 'verify', '--database', url, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  atEnd(() => stopChild(child))
  let peakMiB = 0
  const watch = setInterval(() => {
    peakMiB = Math.max(peakMiB, residentMiB(child.pid) || 0)
  }, 100)
  let out = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  await new Promise((resolve) => child.on('close', resolve))
  clearInterval(watch)
  const { outcome, entries, took } = JSON.parse(out)
  return { outcome, entries, perSecond: (entries * 1000) / took, peakMiB }
}

const p50 = (samples) => percentile(samples, 0.5)

function told({ total, before, sequenced, lists, verified, exported }) {
  const filters = Object.keys(lists).filter((name) => !/search|deepest/.test(name))
  const growth = Math.max(...filters.map((name) => p50(lists[name]) / p50(before[name])))
  const row = (name) => [
    name,
    figure(p50(before[name])),
    figure(p50(lists[name])),
    figure(percentile(lists[name], 0.95)),
    figure(p50(lists[name]) / p50(before[name])),
  ]
  const searches = Object.keys(lists).filter((name) => name.includes('search'))
  return {
    lines: [
      ...table([
        [`lists over ${total.toLocaleString('en')} events`, 'a hundredth, p50 ms', 'p50 ms', 'p95 ms', 'times'],
        ...Object.keys(lists).map(row),
      ]),
      `sequencer: ${figure(sequenced.perSecond)} events a second over ${sequenced.events.toLocaleString('en')}`,
      `verifier: ${figure(verified.perSecond)} events a second, ${figure(verified.peakMiB)} MiB at most, ${verified.outcome}`,
      ...Object.entries(exported).map(
        ([format, { entries, perSecond, mib, peakMiB }]) =>
          `export as ${format}: ${entries.toLocaleString('en')} entries, ${figure(perSecond)} a second, ${figure(mib)} MiB, resident ${figure(peakMiB)} MiB at most`,
      ),
    ],
    aims: [
      judge({
        what: 'slowest filter over the record, p50',
        value: Math.max(...filters.map((name) => p50(lists[name]))),
        most: 10,
        unit: ' ms',
      }),
      judge({
        what: 'slowest filter over the record, p95',
        value: Math.max(...filters.map((name) => percentile(lists[name], 0.95))),
        most: 28,
        unit: ' ms',
      }),
      judge({ what: 'a hundred times the record against a hundredth, worst filter', value: growth, most: 1.5, unit: ' times' }),
      judge({ what: 'deepest page of the first', value: p50(lists['deepest page']) / p50(lists['newest 50']), most: 1.2, unit: ' times' }),
      judge({ what: 'search over the record, p50', value: Math.max(...searches.map((name) => p50(lists[name]))), most: 42, unit: ' ms' }),
      judge({ what: 'sequencer', value: sequenced.perSecond, least: 15_000, unit: ' events/s' }),
      judge({ what: 'verifier', value: verified.perSecond, least: 50_000, unit: ' events/s' }),
      judge({ what: 'verifier, resident', value: verified.peakMiB, most: 512, unit: ' MiB' }),
    ],
    figures: {
      total,
      sequenced,
      verified,
      exported,
      lists: Object.fromEntries(
        Object.entries(lists).map(([name, samples]) => [
          name,
          { p50: p50(samples), p95: percentile(samples, 0.95), before: p50(before[name]) },
        ]),
      ),
    },
  }
}
