// What the bench makes of its samples. Pure: numbers in, numbers and lines of text out.

/** The middle of some numbers; the mean of the two middle ones when they are even in number. NaN for none. */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** The smallest of some numbers that at least a share (0 to 1) of them does not exceed. NaN for none. */
export function percentile(numbers, share) {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/** One run of a load, from the milliseconds each request took and the milliseconds that all took together. */
export function summary({ latencies, elapsedMs, failures }) {
  return {
    requests: latencies.length,
    perSecond: (latencies.length * 1000) / elapsedMs,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    failures,
  }
}

/** Medians over the rounds of one cell; failures are added up, because one is too many. */
export function overRounds(runs) {
  const of = (name) => median(runs.map((run) => run[name]))
  return {
    rounds: runs.length,
    perSecond: of('perSecond'),
    p50: of('p50'),
    p95: of('p95'),
    failures: runs.reduce((sum, run) => sum + run.failures, 0),
  }
}

/** The median over rounds of how many times `runs` did what `base` did in the same round: what the machine did meanwhile cancels out. */
export function ratio(runs, base) {
  return median(runs.map((run, round) => run.perSecond / base[round].perSecond))
}

/** A number with as many digits as it deserves. */
export function figure(number) {
  if (!Number.isFinite(number)) return '-'
  if (number >= 100) return Math.round(number).toLocaleString('en')
  return number >= 10 ? number.toFixed(1) : number.toFixed(2)
}

/** Rows of texts as lines with columns of one width; the first column to the left, numbers to the right. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  '),
  )
}

/** An aim of speed.md beside what was measured. `least` and `most` bound the value; `stretch` is the hoped-for bound on the same side. */
export function judge({ what, value, least, most, stretch, unit = '' }) {
  const reaches = (bound) => bound !== undefined && (least === undefined ? value <= bound : value >= bound)
  const met = reaches(least ?? most)
  const aim = `${least === undefined ? 'at most' : 'at least'} ${least ?? most}${unit}${stretch === undefined ? '' : ` (stretch ${stretch}${unit})`}`
  return {
    what,
    value,
    aim,
    met,
    stretched: reaches(stretch),
    said: `${met ? 'met   ' : 'MISSED'}  ${what}: ${figure(value)}${unit}, aim ${aim}`,
  }
}
