import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inRoot, ownNodePath, root } from './paths.mjs'
import { say, step, Told, tell } from './say.mjs'

// The first thing every command runs. It imports only what Node brings (20 or later), because nothing may be installed yet:
// it installs what is missing and then starts the same script again on the Node that came with it.

const lockFile = inRoot('package-lock.json')
const stampFile = inRoot('node_modules', '.countersign-installed')
const readOr = (file, otherwise) => (existsSync(file) ? readFileSync(file, 'utf8') : otherwise)

function wantedStamp() {
  return createHash('sha256').update(readFileSync(lockFile)).update(`${process.platform} ${process.arch}`).digest('hex')
}

/** Whether what npm says it installed is what the lock asks for: true after somebody's own `npm install` too. */
function sameAsLock() {
  const installed = JSON.parse(readOr(inRoot('node_modules', '.package-lock.json'), '{}')).packages
  if (!installed) return false
  const locked = JSON.parse(readFileSync(lockFile, 'utf8')).packages
  const missing = Object.entries(locked).some(
    ([path, { version, optional }]) => path && installed[path]?.version !== version && !(optional && !installed[path]),
  )
  return !missing && Object.keys(installed).every((path) => path in locked)
}

function runNpm(args) {
  const node = process.env.npm_node_execpath ?? process.execPath
  const cli = process.env.npm_execpath
  const windows = process.platform === 'win32'
  return new Promise((resolve, reject) => {
    // Without npm around us (somebody called the script by hand) it is found on PATH; on Windows it is a .cmd, which only a shell runs.
    const child = cli?.endsWith('.js')
      ? spawn(node, [cli, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
      : spawn(windows ? 'npm.cmd' : 'npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell: windows })
    const lines = []
    const keep = (chunk) => lines.push(chunk)
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) =>
      reject(new Told(`npm could not be started (${error.code ?? error.message}). Node 20 or later comes with it.`)),
    )
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Told(`npm ${args.join(' ')} failed:\n${lines.join('').slice(-4000)}`))))
  })
}

async function install() {
  const wanted = wantedStamp()
  if (existsSync(ownNodePath)) {
    if (readOr(stampFile, '') === wanted) return
    if (sameAsLock()) return writeFileSync(stampFile, wanted)
    if (process.platform === 'win32' && realpathSync(process.execPath) === realpathSync(ownNodePath))
      throw new Told('The packages changed, and Windows does not let a running program replace itself. Run `npm ci` once, then this again.')
  }
  // Asked for by name: with NODE_ENV=production npm would leave out what building and seeding need.
  await step('Installing packages (npm ci, about a minute without a cache)', () =>
    runNpm(['ci', '--include=dev', '--no-audit', '--no-fund']),
  )
  if (!existsSync(ownNodePath))
    throw new Told(
      'The packages are installed, but the Node that belongs to them is missing: its install script did not run.\n' +
        'Allow install scripts for this project (npm config get ignore-scripts should say false) and run `npm ci` again.',
    )
  const works = spawnSync(ownNodePath, ['--version'], { encoding: 'utf8' })
  if (works.status !== 0) throw new Told(`The installed Node does not run on this machine (${works.error?.message ?? works.stderr}).`)
  writeFileSync(stampFile, wanted)
}

const numberOf = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

/** Starts the same script on the project's own Node and ends as it ends. The open channel tells it when we are gone, even by kill -9. */
function again(script) {
  const path = inRoot('node_modules', '.bin') + delimiter + (process.env.PATH ?? '')
  const child = spawn(ownNodePath, [script, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PATH: path, COUNTERSIGN_OUTER: String(process.pid) },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole group itself; twice would be read as "at once".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  child.on('exit', (code, signal) => process.exit(signal ? 128 + (numberOf[signal] ?? 1) : (code ?? 1)))
}

/**
 * Makes sure that the packages of the lock are installed, then runs `work` on the project's own Node: in this process when it
 * already is that Node, else in a new one. Errors are printed for people and end with exit code 1.
 */
export async function onOwnNode(scriptUrl, work) {
  try {
    const [major] = process.versions.node.split('.').map(Number)
    if (major < 20)
      throw new Told(
        `Node ${process.versions.node} is too old to begin with: 20 or later is needed (the project brings its own Node 24 from there).`,
      )
    if (!existsSync(lockFile)) throw new Told('package-lock.json is missing: this does not look like a whole copy of the project.')
    await install()
    if (realpathSync(process.execPath) === realpathSync(ownNodePath)) {
      process.env.PATH = inRoot('node_modules', '.bin') + delimiter + (process.env.PATH ?? '')
      process.channel?.unref()
      await work()
    } else again(fileURLToPath(scriptUrl))
  } catch (error) {
    tell(error)
    say()
    process.exit(1)
  }
}
