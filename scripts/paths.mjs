import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

// Where things lie, seen from the root of the project. Imports nothing that must be installed.

/** The project's root folder, absolute. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** A path inside the project, absolute. */
export const inRoot = (...parts) => join(root, ...parts)

/** The Node that npm installed (24.x), absolute: what every script and server runs on, whatever the machine has. */
export const ownNodePath = inRoot('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

/** What this machine keeps for the project and git ignores: database, passwords, stamps. Tests set COUNTERSIGN_STATE to a folder of theirs. */
export const stateFolder = process.env.COUNTERSIGN_STATE ? resolve(process.env.COUNTERSIGN_STATE) : inRoot('.countersign')
