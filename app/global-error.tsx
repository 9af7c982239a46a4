'use client'

import './globals.css'

/** The root itself failed: a document of its own, without the fonts and the parts of the layout. */
export default function GlobalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en" data-theme="system">
      <head>
        <title>Error · Countersign</title>
      </head>
      <body>
        <main id="main" className="plainpage" role="alert">
          <h1 className="h1">Countersign could not show this page</h1>
          <p className="lead">Nothing was changed by this. What was signed or filed before is on record.</p>
          {error.digest ? (
            <p className="t-xs c2 mt-3">
              For whoever looks into it: <code>{error.digest}</code>
            </p>
          ) : null}
          <p className="btns mt-5">
            <button type="button" className="btn pri" onClick={reset}>
              Try again
            </button>
          </p>
        </main>
      </body>
    </html>
  )
}
