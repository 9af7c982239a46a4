import { fromBase64, joinBytes, toBase64 } from '../bytes'

// The envelope of DSSE (secure-systems-lab/dsse, protocol v1.0.2), in which statements are signed.

/** What kind of payload an in-toto statement is. */
export const IN_TOTO_PAYLOAD = 'application/vnd.in-toto+json'

/** One signature of an envelope: by which key (the eight digits of its id in the log's notes), and its bytes. */
export type EnvelopeSignature = { keyId: string; bytes: Uint8Array }

/** A payload with its type and who signed it. Nothing of it is checked yet. */
export type Envelope = { payloadType: string; payload: Uint8Array; signatures: readonly EnvelopeSignature[] }

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/**
 * The bytes that a key signs: type and payload with their lengths, so that one cannot pass for the other. They begin with a word and a space; the text
 * of a checkpoint begins with the name of a log, which has no spaces, so a signature over one is never one over the other.
 */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType)
  return joinBytes(utf8(`DSSEv1 ${type.length} `), type, utf8(` ${payload.length} `), payload)
}

/** An envelope as JSON text. */
export function envelopeText({ payloadType, payload, signatures }: Envelope): string {
  return `${JSON.stringify(envelopeJson({ payloadType, payload, signatures }), null, 2)}\n`
}

/** An envelope as the object that its JSON holds. */
export function envelopeJson({ payloadType, payload, signatures }: Envelope) {
  return {
    payload: toBase64(payload),
    payloadType,
    signatures: signatures.map(({ keyId, bytes }) => ({ keyid: keyId, sig: toBase64(bytes) })),
  }
}

/** Reads an envelope; null when it is not one, or carries no signature. URL-safe base64 is read too, as the specification asks. */
export function parseEnvelope(text: string): Envelope | null {
  const read = parsed(text)
  if (!isObject(read) || typeof read.payloadType !== 'string' || !Array.isArray(read.signatures)) return null
  const payload = fromAnyBase64(read.payload)
  if (!payload || read.signatures.length === 0) return null
  const signatures: EnvelopeSignature[] = []
  for (const each of read.signatures as unknown[]) {
    const bytes = isObject(each) ? fromAnyBase64(each.sig) : null
    if (!isObject(each) || !bytes) return null
    signatures.push({ keyId: typeof each.keyid === 'string' ? each.keyid : '', bytes })
  }
  return { payloadType: read.payloadType, payload, signatures }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function fromAnyBase64(text: unknown): Uint8Array | null {
  if (typeof text !== 'string') return null
  const standard = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  return fromBase64(standard.padEnd(Math.ceil(standard.length / 4) * 4, '='))
}
