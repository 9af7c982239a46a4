// Next's chunk loader sets script addresses, which Trusted Types forbids without a policy. This one lets through our own static files
// and nothing else, and makes HTML from no string at all (T21). It runs here and not in the layout, because the document of a failed
// page has no layout.
type TrustedTypesWindow = {
  trustedTypes?: {
    createPolicy: (name: string, rules: { createHTML: () => null; createScriptURL: (address: string) => string | null }) => unknown
  }
}

// `trustedTypes` is not in every browser, and not in the DOM types.
;(globalThis as TrustedTypesWindow).trustedTypes?.createPolicy('default', {
  createHTML: () => null,
  createScriptURL(address) {
    const url = new URL(address, location.href)
    // Unchanged: the loader recognises a finished chunk by the very address that it asked for.
    return url.origin === location.origin && url.pathname.startsWith('/_next/static/') ? address : null
  },
})
