import { onOwnNode } from './bootstrap.mjs'

// npm run e2e [-- what Playwright takes]: the browser tests alone.

await onOwnNode(import.meta.url, async () => {
  const [{ browserTests }, { bareEnvironment }, { end, endOnSignals, isEnding }, { tell }] = await Promise.all([
    import('./e2e-command.mjs'),
    import('./checks.mjs'),
    import('./lifetime.mjs'),
    import('./say.mjs'),
  ])
  endOnSignals()
  try {
    await end((await browserTests(process.argv.slice(2), await bareEnvironment())) ?? 0)
  } catch (error) {
    if (isEnding()) return
    tell(error)
    await end(1)
  }
})
