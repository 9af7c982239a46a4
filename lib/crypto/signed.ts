import 'server-only'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { settings } from '@/lib/env'

function mac(purpose: string, body: string): Buffer {
  return createHmac('sha256', settings().NEXTAUTH_SECRET).update(`countersign ${purpose}\n${body}`).digest().subarray(0, 16)
}

/** A value that only we can have made, for one purpose: its JSON and a truncated HMAC-SHA-256, safe in an address or a cookie. */
export function signValue(purpose: string, value: unknown): string {
  const body = Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${body}.${mac(purpose, body).toString('base64url')}`
}

/** The value that `signValue` was given for that purpose; undefined for anything damaged, made up or meant for something else. */
export function readSigned(purpose: string, text: string): unknown {
  const [body = '', signature = ''] = text.split('.')
  const given = Buffer.from(signature, 'base64url')
  const right = mac(purpose, body)
  if (text.length > 4_000 || given.length !== right.length || !timingSafeEqual(given, right)) return undefined
  return JSON.parse(Buffer.from(body, 'base64url').toString())
}
