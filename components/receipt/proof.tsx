import { CodeBlock } from '@/components/ui/code-block'
import { Hash } from '@/components/ui/hash'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { toHex } from '@/lib/domain/log/bytes'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { formatNumber, plural } from '@/lib/format'
import type { SignOffEntry } from '@/lib/queries/sign-off-record'
import { routes } from '@/lib/routes'
import { AwaitEntry } from './await-entry'
import { ProofCheck } from './proof-check'

const LONGEST_LINE = 240

/** A text for eyes and paper: keys and signatures that run over pages (ML-DSA) are cut and said to be; the files hold them whole. */
export function readable(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      line.length <= LONGEST_LINE ? line : `${line.slice(0, 72)}… (${formatNumber(line.length)} characters; the files hold it whole)`,
    )
    .join('\n')
}

/** That a decision lies in the log: its entry, the hashes up to the root, and the signed checkpoint, to be checked without trusting anybody. */
export function ProofInLog({ entry, signature }: { entry: SignOffEntry | null; signature: string }) {
  if (!entry) return null
  const { proof } = entry
  const checkpoint = proof && parseCheckpoint(proof.checkpoint)
  return (
    <section className="proof mt-8 max-w-[680px]" aria-labelledby="in-the-log">
      <h2 className="h2 mb-2" id="in-the-log">
        Proof in the log
      </h2>
      {proof && checkpoint ? (
        <>
          <ProofCheck
            proof={{
              index: proof.index,
              canonical: proof.canonical,
              hashes: proof.hashes,
              checkpoint: proof.checkpoint,
              vkeys: proof.vkeys,
            }}
          />
          <KeyValue
            className="mt-2.5"
            width="narrow"
            items={[
              {
                label: 'Entry',
                value: (
                  <>
                    <Link className="link num" href={routes.auditEntry(proof.index + 1)}>
                      #{formatNumber(proof.index + 1)}
                    </Link>{' '}
                    of {formatNumber(proof.size)}, index {proof.index}
                  </>
                ),
              },
              { label: 'Leaf', value: <Hash hash={proof.leaf} short seal="small" /> },
              { label: 'Path', value: `${plural(proof.hashes.length, 'hash', 'hashes')} up to the root` },
              { label: 'Root', value: <Hash hash={toHex(checkpoint.root)} short seal="small" /> },
              { label: 'Log', value: <code>{checkpoint.origin}</code> },
            ]}
          />
          <h3 className="h3 mt-4 mb-1.5">Inclusion proof</h3>
          <CodeBlock
            code={proof.hashes.length > 0 ? proof.hashes.join('\n') : 'None: it is the only entry.'}
            label="The hashes from the entry up to the root"
            fold
            copy={false}
          />
          <h3 className="h3 mt-4 mb-1.5">Checkpoint</h3>
          <CodeBlock code={readable(proof.checkpoint.trimEnd())} label="The signed checkpoint" fold copy={false} />
          <h3 className="h3 mt-4 mb-1.5">Keys that sign it</h3>
          <CodeBlock code={readable(proof.vkeys.join('\n'))} label="The public keys of the log" fold copy={false} />
          <p className="c3 t-xs mt-2">
            Check it anywhere: <code>countersign verify --receipt {signature}.tlog-proof</code> with an export of the log, or any tool that
            reads c2sp.org/tlog-proof. Both files hold the entry byte for byte, with the address that the decision came from.{' '}
            <Link className="link" href={routes.auditProves()}>
              What this proves, and what not
            </Link>
          </p>
        </>
      ) : (
        <AwaitEntry />
      )}
    </section>
  )
}
