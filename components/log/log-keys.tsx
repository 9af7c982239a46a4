import { CodeBlock } from '@/components/ui/code-block'
import { Disclosure } from '@/components/ui/disclosure'
import { Time } from '@/components/ui/time'
import { formatNumber } from '@/lib/format'
import type { LogFacts } from '@/lib/queries/log-proves'

const KIND = { ed25519: 'Ed25519', 'ml-dsa-44-cosignature': 'ML-DSA-44, for the day that Ed25519 falls' } as const

/** The keys of the log and of its witnesses in the one line that verifiers take. Nothing is known here of their private halves. */
export function LogKeys({ facts: { keys, witnesses } }: { facts: LogFacts }) {
  if (keys.length === 0) return <p className="c2 pt-3">No key has signed yet: the sequencer makes one when it first runs.</p>
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 pt-3">
      <p className="c2 max-w-[680px]">
        Compare these with a copy that you have from elsewhere. A new key is an entry of the record, and signs together with the old one for
        thirty days.
      </p>
      <ul className="grid grid-cols-[minmax(0,1fr)] gap-4">
        {keys.map((key) => (
          <li key={key.keyId}>
            <p className="mb-1.5">
              <b className="b">{KIND[key.kind]}</b>, <span className="mono">{key.keyId}</span>, since <Time at={key.addedAt} />
              {key.retiredAt && key.untilSize !== null ? (
                <>
                  , retired <Time at={key.retiredAt} /> after entry #{formatNumber(key.untilSize)}
                </>
              ) : null}
            </p>
            <Vkey of={`Key ${key.keyId}`} vkey={key.vkey} />
          </li>
        ))}
        {witnesses.map(({ vkey, size, at }) => (
          <li key={vkey}>
            <p className="mb-1.5">
              <b className="b">Witness</b>, last signed #{formatNumber(size)} <Time at={at} />
            </p>
            <Vkey of="Key of a witness" vkey={vkey} />
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Some keys are longer than a screen. */
function Vkey({ of, vkey }: { of: string; vkey: string }) {
  const code = <CodeBlock code={vkey} label={of} fold tall />
  return vkey.length > 400 ? <Disclosure summary={`The key, ${formatNumber(vkey.length)} characters`}>{code}</Disclosure> : code
}
