import { run } from './lifetime.mjs'
import { ownNodePath } from './paths.mjs'

/**
 * Runs a TypeScript file outside Next, with `@/` and `server-only` as there: tsx follows tsconfig's paths, and the condition
 * `react-server` makes `server-only` the empty module that it is on a server.
 */
export function runTypeScript(file, args, options) {
  return run(ownNodePath, ['--import', 'tsx', '--conditions', 'react-server', file, ...args], options)
}
