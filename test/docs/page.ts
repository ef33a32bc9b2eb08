// The pages of the documentation, and what stands fenced in them. After its language a fence may carry words for
// the test, which no reader sees:
//
//   sh                      runs in a terminal of its own, in the repository's folder; must end with 0
//   sh exit=3               must end with 3
//   sh as=bob               whoever is asked to sign in is bob
//   sh background until="…" runs on until the page ends; the page goes on once it printed that
//   text shows              every line occurs, in this order, in what the block before printed; `…` is anything
//   yaml|cedar|js|json file=my-gate/x   is saved under that name before the page goes on
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export type Fence = {
  /** `docs/policies.md:12`, for messages. */
  readonly place: string
  readonly language: string
  readonly words: ReadonlyMap<string, string>
  readonly text: string
}
export type Page = {
  readonly name: string
  readonly text: string
  readonly fences: readonly Fence[]
}

/** Every page below docs/ but reports and what is generated for each run. */
export function readPages(): readonly Page[] {
  const docs = join(ROOT, 'docs')
  return readdirSync(docs, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.startsWith('reports/'))
    .toSorted()
    .map((file) => readPage(join(docs, file)))
}

export function readPage(file: string): Page {
  return pageOf(relative(ROOT, file), readFileSync(file, 'utf8'))
}

export function pageOf(name: string, text: string): Page {
  const fences: Fence[] = []
  let open: { line: number; info: string; from: number } | undefined
  const lines = text.split('\n')
  for (const [at, line] of lines.entries()) {
    const info = /^ *```(.*)$/.exec(line)?.[1]
    if (info === undefined) continue
    if (open === undefined) open = { line: at + 1, info, from: at + 1 }
    else {
      fences.push(fenceOf(`${name}:${open.line}`, open.info, lines.slice(open.from, at)))
      open = undefined
    }
  }
  if (open !== undefined) throw new Error(`${name}:${open.line} is not closed`)
  return { name, text, fences }
}

const WORDS: Readonly<Record<string, readonly string[]>> = {
  '': [],
  sh: ['exit', 'as', 'background', 'until'],
  text: ['shows'],
  yaml: ['file'],
  cedar: ['file'],
  js: ['file'],
  json: ['file'],
  ts: ['file'],
}

function fenceOf(place: string, info: string, lines: readonly string[]): Fence {
  const [language = '', rest = ''] = info.trim().split(/\s+(.*)/s)
  const known = WORDS[language]
  if (known === undefined) throw new Error(`${place}: nobody checks fences of \`${language}\``)
  const words = new Map<string, string>()
  for (const [, name = '', quoted, plain] of rest.matchAll(/([^\s=]+)(?:="([^"]*)"|=(\S+))?/g)) {
    if (!known.includes(name))
      throw new Error(`${place}: \`${name}\` is no word of \`${language}\``)
    words.set(name, quoted ?? plain ?? '')
  }
  return { place, language, words, text: lines.map((line) => `${line}\n`).join('') }
}
