import { readFileSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type TrailSource, TrailUnreadable, type Verification, type VerifyOptions } from '@/lib/domain/log/verify/source'
import { verifyTrail } from '@/lib/domain/log/verify/verify'
import { directorySource } from '../sources/directory'
import { openDatabase } from '../sources/open-database'
import { withNode } from '../with-node'
import { notesOf } from './notes-of'
import { progressTo, reportOf } from './report'
import { openStatements, statementReport } from './statements'

export const VERIFY_HELP = `countersign verify DIRECTORY | --database URL
    checks a trail: every entry from its bytes, every tile, checkpoint and signature, what lies beside it, and that the rules were kept
    DIRECTORY          an unpacked export
    --database URL     a PostgreSQL database, read by a role that may see the whole trail (PGPASSWORD is taken where the URL has no password)
    --vkey KEY         a key you know from elsewhere: the log's (a receipt and the release notes print it), or a witness's; more than once if you like
    --receipt FILE     a proof file that somebody kept; more than once if you like
    --anchors FILE     signed checkpoints that somebody kept: notes, or the log's anchor file
    --statement FILE   a signed statement (in-toto in a DSSE envelope); alone, with --vkey, or beside the trail whose entries it names
    --no-rules         leaves the rules out
    --json             the result as JSON
    exit code 0: good; 1: evidence of tampering, with the first bad entry and both values; 2: cannot tell`

const EXIT = { good: 0, tampered: 1, unknown: 2 } as const

function options(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      database: { type: 'string' },
      vkey: { type: 'string', multiple: true },
      receipt: { type: 'string', multiple: true },
      anchors: { type: 'string', multiple: true },
      statement: { type: 'string', multiple: true },
      'no-rules': { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
}

/** `countersign verify`: gives the exit code. Writes the result to standard output and the progress to standard error. */
export async function verify(args: readonly string[]): Promise<number> {
  let asked: ReturnType<typeof options>
  try {
    asked = options(args)
  } catch (error) {
    return wrong((error as Error).message)
  }
  const { values, positionals } = asked
  if (values.help) {
    process.stdout.write(`${VERIFY_HELP}\n`)
    return 0
  }
  const [directory, ...more] = positionals
  const { database, vkey = [], json = false } = values
  const hasTrail = directory !== undefined || database !== undefined
  if ((directory !== undefined && database !== undefined) || (!hasTrail && !values.statement) || more.length > 0)
    return wrong('Name either the directory of an export or --database.')
  try {
    const statements = openStatements((values.statement ?? []).map((path) => ({ path, text: textOf(path) })))
    const kept = {
      pinned: vkey,
      receipts: (values.receipt ?? []).map(textOf),
      anchors: (values.anchors ?? []).flatMap(anchorsOf),
      rules: values['no-rules'] !== true,
      ...(statements.count > 0 ? { onLeaf: statements.see } : {}),
    }
    const result = hasTrail ? await verifyOpened(await open(directory, database), kept) : null
    const stated = await statements.check([...vkey, ...(result?.vkeys ?? [])], hasTrail)
    if (json) process.stdout.write(jsonOf({ ...result?.found, ...(stated.length > 0 ? { statements: stated } : {}) }))
    else process.stdout.write([...(result ? [reportOf(result.found)] : []), ...stated.map(statementReport)].join('\n'))
    return exitOf([...(result ? [result.found.outcome] : []), ...stated.map(({ outcome }) => outcome)])
  } catch (error) {
    if (!(error instanceof TrailUnreadable)) throw error
    process.stderr.write(`CANNOT TELL: ${error.message}\n`)
    if (json) process.stdout.write(jsonOf({ outcome: 'unknown', notChecked: [error.message] }))
    return EXIT.unknown
  }
}

/** Evidence of tampering is the answer wherever there is any; then that something cannot be told. */
function exitOf(outcomes: readonly Verification['outcome'][]): number {
  return outcomes.includes('tampered') ? EXIT.tampered : outcomes.includes('unknown') ? EXIT.unknown : EXIT.good
}

type Opened = { source: TrailSource; close(): Promise<void> }

async function verifyOpened(
  opened: Opened,
  options: Omit<VerifyOptions, keyof typeof withNode | 'onProgress'>,
): Promise<{ found: Verification; vkeys: readonly string[] }> {
  const progress = progressTo(process.stderr)
  try {
    const found = await verifyTrail(opened.source, { ...withNode, ...options, onProgress: progress.at })
    // The keys of a trail that could not be read are none.
    return { found, vkeys: await opened.source.about().then(({ vkeys }) => vkeys) }
  } finally {
    progress.end()
    await opened.close()
  }
}

/** What `--json` prints; `memory` in it is the most that this process ever held, in kilobytes. */
const jsonOf = (result: object): string => `${JSON.stringify({ ...result, memory: process.resourceUsage().maxRSS }, null, 2)}\n`

function wrong(why: string): number {
  process.stderr.write(`${why}\n\n${VERIFY_HELP}\n`)
  return EXIT.unknown
}

async function open(directory: string | undefined, database: string | undefined): Promise<Opened> {
  if (directory === undefined) return openDatabase(database as string) // one of the two was named
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory())
    throw new TrailUnreadable(`${directory} is no directory. Unpack the export first: tar -xzf FILE.`)
  return { source: await directorySource(directory), close: async () => undefined }
}

/** The checkpoints in a file. One that holds none tells nothing, and must not look as if it had agreed: an emptied anchor file is no good sign. */
function anchorsOf(path: string): string[] {
  const notes = notesOf(textOf(path))
  if (notes.length === 0) throw new TrailUnreadable(`${path} holds no checkpoint.`)
  return notes
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new TrailUnreadable(`${path} could not be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`)
  }
}
