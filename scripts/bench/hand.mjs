import { spawn } from 'node:child_process'
import { atEnd, isEnding, stopChild } from '../lifetime.mjs'
import { inRoot, ownNodePath, root } from '../paths.mjs'

/** Starts the bench's hand inside the application (`worker.ts`, or another file here) on a database. `ask(what, args)` answers what the command of that name does. */
export async function startHand(env, file = 'worker.ts') {
  const child = spawn(ownNodePath, ['--import', 'tsx', '--conditions', 'react-server', inRoot('scripts', 'bench', file)], {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  atEnd(() => stopChild(child))
  const waiting = new Map()
  const ready = new Promise((resolve, reject) => waiting.set(0, { resolve, reject }))
  child.on('message', ({ id, answer, error }) => {
    const { resolve, reject } = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) resolve(answer)
    else reject(new Error(error))
  })
  child.on('exit', (code) => {
    if (!isEnding()) for (const { reject } of waiting.values()) reject(new Error(`The bench's worker ended by itself (${code})`))
  })
  await ready
  let last = 0
  return {
    ask: (what, args = {}) =>
      new Promise((resolve, reject) => {
        last += 1
        waiting.set(last, { resolve, reject })
        child.send({ id: last, what, args })
      }),
    stop: () => stopChild(child),
  }
}
