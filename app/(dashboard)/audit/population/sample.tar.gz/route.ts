import { viewer } from '@/lib/auth/session'
import { digestOfChanges, drawSample, sampleId } from '@/lib/domain/auditor/sample'
import { byteStream, gzipped } from '@/lib/http/byte-stream'
import { reportBug } from '@/lib/http/report-bug'
import { tarStream } from '@/lib/http/tar'
import { type ArchiveFile, sampleArchive } from '@/lib/queries/auditor/files'
import { findDraw, getPopulation } from '@/lib/queries/auditor/population'
import { periodInAddress, periodOf, sampleInAddress } from '@/lib/schemas/auditor'
import { recordFile } from '@/lib/usecases/trail/record-file'
import { fileAnswer, noFile, refusedInWords } from '../file-answer'

/**
 * The archive of a sample that was drawn on the record: population with its proof, every entry between the checkpoints, and the complete dossier of each
 * drawn change. That it was taken goes on the record first.
 */
export function GET(request: Request): Promise<Response> {
  return refusedInWords(() => answer(request))
}

async function answer(request: Request): Promise<Response> {
  const who = await viewer()
  if (!who) return noFile(401, 'Sign in first.')
  const asked = Object.fromEntries(new URL(request.url).searchParams)
  const period = periodInAddress(asked, who.now)
  const sample = sampleInAddress(asked)
  if (!sample) return noFile(422, 'Say which sample: its size and its seed.')
  const days = { from: period.from, to: period.to, system: period.system ?? null }
  const record = await findDraw(who, sampleId({ ...days, ...sample }))
  if (!record) return noFile(404, 'No such draw is on the record that you can see. Draw it first.')
  const population = await getPopulation(who, { ...periodOf(period), system: period.system })
  const ids = population.changes.map(({ id }) => id)
  if (digestOfChanges(ids) !== record.changes)
    return noFile(409, 'Other changes are in this period now than when it was drawn. Draw again, from a period that is over.')
  await recordFile(who.ctx, {
    format: 'sample',
    system: days.system,
    size: population.range?.after.size ?? 0,
    about: { from: days.from, to: days.to, seed: sample.seed, drawn: Math.min(sample.count, ids.length) },
  })
  const drawn = drawSample(ids, sample.count, sample.seed)
  const name = `sample-${days.from}-to-${days.to}-${sample.seed}`
  const files = under(name, sampleArchive(who, { days, ...sample, drawn, record }, population))
  const body = byteStream(gzipped(tarStream(files, who.now)), (error) => {
    if (error) reportBug(error, { requestId: who.ctx.request.id, route: '/audit/population/sample.tar.gz' })
  })
  return fileAnswer(`${name}.tar.gz`, 'application/gzip', body)
}

/** Everything of an archive lies in one directory, so that unpacking it makes no mess. */
async function* under(name: string, files: AsyncIterable<ArchiveFile>): AsyncGenerator<ArchiveFile> {
  for await (const { path, body } of files) yield { path: `${name}/${path}`, body }
}
