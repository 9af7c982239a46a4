/** Where to go after signing in: a path of ours, or the inbox. Never an address elsewhere, however it is spelt (open redirect). */
export function callbackPath(asked: string | string[] | undefined): string {
  if (typeof asked !== 'string' || !/^\/(?![/\\])[\x21-\x7e]*$/.test(asked) || asked.includes('\\')) return '/'
  const url = new URL(asked, 'http://here.invalid')
  return url.origin === 'http://here.invalid' && !/^\/(?:sign-in|sign-out|api)(?:\/|$|\?)/.test(url.pathname)
    ? `${url.pathname}${url.search}`
    : '/'
}
