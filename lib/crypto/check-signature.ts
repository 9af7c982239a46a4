import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { CheckSignature } from '@/lib/domain/log/note'

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

/** A public key from its raw bytes; null where this Node does not know the algorithm. Throws for bytes that are no key of it. */
function keyOf(algorithm: 'ed25519' | 'ml-dsa-44', publicKey: Uint8Array): KeyObject | null {
  if (algorithm === 'ed25519') return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: base64url(publicKey) }, format: 'jwk' })
  // Node 24 was the first with ML-DSA; before, whoever checks says "not checked" (issue 5).
  if (Number(process.versions.node.split('.')[0]) < 24) return null
  return createPublicKey({ key: { kty: 'AKP', alg: 'ML-DSA-44', pub: base64url(publicKey) }, format: 'jwk' })
}

/** Checks signatures with Node's own crypto. Bytes that are no key or no signature are simply not good; ML-DSA before Node 24 is null: not to be told. */
export const checkSignature: CheckSignature = async (algorithm, publicKey, message, signature) => {
  let key: KeyObject | null
  try {
    key = keyOf(algorithm, publicKey)
  } catch {
    return false
  }
  return key === null ? null : verify(null, message, key, signature)
}
