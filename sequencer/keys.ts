import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { joinBytes } from '@/lib/domain/log/bytes'
import { signatureLine, subtreeMessage, timeBytes, type VerifierKey, verifierKey } from '@/lib/domain/log/note'

/** The kinds of key that sign this log. */
export type SigningKind = 'ed25519' | 'ml-dsa-44-cosignature'

/** A key that signs: its public half as everybody knows it, when it was made, and what it signs. Its private half never leaves this object. */
export type SigningKey = {
  readonly key: VerifierKey
  /** When it was made; the oldest that a key file holds was there first. */
  readonly madeAt: Date
  /** The signature line under a checkpoint's text. `at` is when, for the kind of signature that says so. */
  signNote(text: string, at: Date): string
  /** A bare signature of some bytes (DSSE). */
  signBytes(bytes: Uint8Array): Uint8Array
}

function publicBytes(privateKey: KeyObject): Uint8Array {
  const { x, pub } = createPublicKey(privateKey).export({ format: 'jwk' }) as { x?: string; pub?: string }
  return new Uint8Array(Buffer.from((x ?? pub) as string, 'base64url'))
}

/** A signing key from its private half in PEM (PKCS 8), under the name of its log. Throws when the text is no key of that kind. */
export function signingKey(name: string, kind: SigningKind, pem: string, madeAt: Date): SigningKey {
  const privateKey = createPrivateKey(pem)
  const key = verifierKey(name, kind, publicBytes(privateKey))
  const signBytes = (bytes: Uint8Array): Uint8Array => new Uint8Array(sign(null, bytes, privateKey))
  return {
    key,
    madeAt,
    signBytes,
    signNote(text, at) {
      const seconds = Math.floor(at.getTime() / 1000)
      if (kind === 'ed25519') return signatureLine(key, signBytes(new TextEncoder().encode(text)))
      const message = subtreeMessage(name, seconds, text)
      if (!message) throw new RangeError('only checkpoints are signed')
      return signatureLine(key, joinBytes(timeBytes(seconds), signBytes(message)))
    },
  }
}

/** A new private key of a kind, in PEM. */
export function newPrivateKey(kind: SigningKind): string {
  // Two calls, because each kind has its own type.
  const { privateKey } = kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ml-dsa-44')
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
}

/** The kinds of key that this Node can sign with: ML-DSA came with Node 24. */
export const kindsHere = (): SigningKind[] =>
  Number(process.versions.node.split('.')[0]) >= 24 ? ['ed25519', 'ml-dsa-44-cosignature'] : ['ed25519']

/** New keys for a log, one of each kind that this Node can sign with. */
export function newKeys(name: string, madeAt: Date): SigningKey[] {
  return kindsHere().map((kind) => signingKey(name, kind, newPrivateKey(kind), madeAt))
}
