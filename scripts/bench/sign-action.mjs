import { readFileSync } from 'node:fs'
import { inRoot } from '../paths.mjs'
import { Told } from '../say.mjs'

// Signing over HTTP is what the browser does when somebody presses the button: a POST to the page that names the server action and holds
// its form, as React encodes it.

const NAME = /^sign(Promotion)?(Action)?$/

/** The id under which this build calls the server action that signs. Throws a `Told` when there is none. */
export function signActionId() {
  const { node } = JSON.parse(readFileSync(inRoot('.next', 'server', 'server-reference-manifest.json'), 'utf8'))
  const found = Object.entries(node).find(([, { exportedName, workers }]) =>
    NAME.test(exportedName ?? Object.values(workers ?? {})[0]?.exportedName ?? ''),
  )
  if (!found) throw new Told('This build has no server action named signPromotionAction.')
  return found[0]
}

/** The request that signs a job's slot: `{ method, path, headers, body }`. */
export function signRequest({ promotion, hash, slot, proof, cookie }, { actionId, origin }) {
  const boundary = '----countersign-bench'
  const fields = { promotion, slot, sealedHash: hash, proof, confirmed: 'yes' }
  const part = (name, value) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  // React's encoding of (previous state, form): the form is the first outlined part, its fields carry that part's number.
  const form = Object.entries(fields).map(([name, value]) => part(`_1_${name}`, value))
  const body = `${form.join('')}${part('0', JSON.stringify([{ status: 'idle' }, '$K1']))}--${boundary}--\r\n`
  return {
    method: 'POST',
    path: `/promotions/${promotion}/sign`,
    headers: {
      'Next-Action': actionId,
      'Content-Type': `multipart/form-data; boundary=${boundary}`,
      Accept: 'text/x-component',
      Origin: origin,
      'Sec-Fetch-Site': 'same-origin',
      Cookie: cookie,
    },
    body,
  }
}

/** What an answer of the action came to: null when it signed, else its refusal or what the server said. */
export function whyNotSigned({ status, headers, text }) {
  if (text.includes('"status":"done"') || headers['x-action-redirect']) return null
  const sentence = /"sentence":"([^"]*)"/.exec(text)?.[1]
  return sentence ?? `${status}: ${text.slice(0, 200)}`
}
