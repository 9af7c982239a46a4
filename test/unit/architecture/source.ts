import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const ROOT = join(import.meta.dirname, '../../..')

/** One import of a source file: what it names, and whether only types come with it. */
export type Import = { from: string; isType: boolean }

/** A source file: its path from the root with `/`, its text, the text without comments, and what it imports. */
export type Source = { path: string; text: string; code: string; imports: readonly Import[] }

const FOLDERS = ['app', 'cli', 'components', 'lib', 'sequencer']
const FILES = ['proxy.ts', 'instrumentation.ts', 'instrumentation-client.ts']

function pathsUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('lib/db/generated/') && !path.endsWith('.d.ts'))
}

// Comments may say names and paths that code may not. A `//` inside a text (an address) is preceded by a colon or a quote.
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;{}(,])\/\/[^\n]*/g, '$1')

const IMPORT = /(?:^|\n)[ \t]*(?:import|export)\s+(type\s+)?([^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

function importsOf(path: string, code: string): Import[] {
  return [...code.matchAll(IMPORT)].flatMap(([, type, what = '', from, lazily]) => {
    const named = /\{([\s\S]*)\}/.exec(what)?.[1]
    const isType =
      type !== undefined ||
      // `import { type A, type B }` brings nothing but types.
      (named !== undefined &&
        /^\s*\{/.test(what) &&
        named
          .split(',')
          .map((each) => each.trim())
          .filter(Boolean)
          .every((each) => each.startsWith('type ')))
    const name = from ?? lazily
    return name === undefined ? [] : [{ from: resolved(path, name), isType }]
  })
}

/** `@/lib/x` and `../x` as a path from the root, without an ending; a package by its name. */
function resolved(path: string, from: string): string {
  if (from.startsWith('@/')) return from.slice(2)
  if (!from.startsWith('.')) return from
  return join(dirname(path), from)
    .replaceAll('\\', '/')
    .replace(/\.(?:tsx?|js)$/, '')
}

/** Every source file of the application. */
export const SOURCES: readonly Source[] = [...FOLDERS.flatMap(pathsUnder), ...FILES].sort().map((path) => {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const code = withoutComments(text)
  return { path, text, code, imports: importsOf(path, code) }
})

const byName = new Map(SOURCES.map((source) => [source.path.replace(/\.tsx?$/, ''), source]))

/** The file that an import leads to; undefined for a package. */
export function sourceOf(from: string): Source | undefined {
  return byName.get(from) ?? byName.get(`${from}/index`)
}

/** The files below a folder. */
export const under = (...folders: readonly string[]): Source[] =>
  SOURCES.filter(({ path }) => folders.some((folder) => path.startsWith(`${folder}/`)))

/** Whether an import is a package, not one of ours. */
export const isPackage = (from: string): boolean =>
  !/^(?:app|cli|components|lib|sequencer|test|prisma|scripts|policies|public)\//.test(from)

/** The text of a file outside the sources, by its path from the root. */
export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** The names of the files in a folder and below it. */
export const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
