import type { ExportAsked } from '@/lib/domain/trail-export'

const NAMES: Record<keyof ExportAsked, string> = {
  q: 'the word',
  actor: 'who acted (id)',
  action: 'what was done',
  subject: 'what it was done to',
  system: 'the system',
  from: 'from the day',
  to: 'up to the day',
  first: 'from number',
  last: 'up to number',
}

const whatIsInIt = (asked: ExportAsked, systems: readonly string[]): string => {
  const said = (Object.keys(NAMES) as (keyof ExportAsked)[])
    .filter((key) => asked[key] !== undefined)
    .map((key) => `- ${NAMES[key]}: \`${String(asked[key]).replaceAll('`', "'")}\``)
  const whose = systems.length > 0 ? [`- entries of these systems only: ${systems.map((id) => `\`${id}\``).join(', ')}`] : []
  return [...said, ...whose].join('\n')
}

/** What an export bundle is, what each of its files holds, and how it is verified: the README inside it (Markdown). */
export function bundleReadme(of: {
  origin: string
  size: number
  /** Hexadecimal. */
  root: string
  createdAt: Date
  isWhole: boolean
  asked: ExportAsked
  systems: readonly string[]
  vkeys: readonly string[]
  folder: string
  verifierAt: string
  hasVerifier: boolean
}): string {
  return `# Export of the audit trail, with proof

Log \`${of.origin}\`, entries #1 to #${of.size.toLocaleString('en-GB')}, asked for on ${of.createdAt.toISOString()}.
Root of the tree over them: \`${of.root}\`

${
  of.isWhole
    ? 'This is the whole log up to that entry.'
    : `This holds some of the entries up to that one:

${whatIsInIt(of.asked, of.systems)}

Entries that are not here are there as hashes, so that those which are here can be proven to stand at their number in the same log.`
}

## Verify it

${of.hasVerifier ? 'The verifier lies beside this file. It' : `Fetch the verifier from ${of.verifierAt} and put it beside this file. It`} needs Node 20 or newer, no network and no account:

    node countersign.mjs verify .

It ends with 0 when all is as it was signed, with 1 when something was changed, dropped, inserted or reordered (it names the first entry and both values), and with 2 when it cannot tell. Whoever does not want to trust the copy in here compares its SHA-256 with the one at ${of.verifierAt}.sha256, or writes a verifier of their own: everything here is in public formats (RFC 6962, and tlog-checkpoint, signed-note and tlog-tiles of C2SP).

Keys in this bundle come from whoever made it. Compare them with a copy that you got another way, and hand that to the verifier (\`--vkey\`), together with receipts (\`--receipt\`) and anchors (\`--anchors\`) that you kept:

${of.vkeys.map((vkey) => `    ${vkey}`).join('\n')}

## Files

| File | What it holds |
|---|---|
| \`export.json\` | What this is: log, size, root, keys, counts. It is written last; without it the export is not complete. |
| \`checkpoint\` | The signed checkpoint that this stands on, with cosignatures of witnesses. |
| \`checkpoints.jsonl\` | Every checkpoint up to it. |
| \`keys.jsonl\` | The keys that signed, and from which size of the log until which. |
| \`tile/<level>/<number>\` | Hashes of the tree, as tlog-tiles has them. |
| ${of.isWhole ? '`tile/entries/<number>` | The entries themselves, 256 in each, each after its length in two bytes' : '`entries.jsonl` | The entries themselves, by index'}: the canonical text (RFC 8785) that is hashed. |
| \`facts.jsonl\` | What the database says beside each entry: id, when it was recorded, the leaf hash. The role that wrote it is not given to readers. |
| \`texts.jsonl\` | Words (reasons, statements) that entries name by a salted digest: SHA-256 of salt, line end and body. A redacted one has neither salt nor body, and names the entry that took them. |
| \`sealed.jsonl\` | Dossiers, plans, filings and release notes as they were sealed; entries name them by their SHA-256. |
| \`countersign.mjs\` | The verifier. |

An index counts from 0, a number from 1: \`#1\` has index 0. Entries that were made after the checkpoint are not here; the newest may take a second to get their place.

It is evidence of tampering, not a lock: within a minute of being written, an entry is not yet held outside this server, and somebody with both the database and the signing key could still drop it.

## For people

The same entries as a table for a spreadsheet, or as JSON lines for programs, can be exported beside this one, in the words and names of the day of the export. Those are not what is signed; this is.
`
}
