// `sallyport config fmt`: the same configuration in one form, comments kept: two spaces, `{ a: 1 }`, `[a, b]`, no folded
// lines. Order, quotes, anchors and `${NAME}` stay as they are written. What is written means exactly what stood there.
import { isDeepStrictEqual } from 'node:util'
import { isSeq, parseDocument, visit, YAMLMap, YAMLSeq, type Document } from 'yaml'
import { toProblems } from './excerpt.ts'
import type { Problem } from './problem.ts'
import { readYaml, YAML_OPTIONS } from './read-yaml.ts'

export type Formatted = { readonly text: string } | { readonly problems: readonly Problem[] }

/** `file` is where the text lies. Values are not judged: a file that is only half written can be formatted. */
export function formatConfig(text: string, file: string): Formatted {
  const read = parseForEdit(text, file)
  if ('problems' in read) return read
  const formatted = documentText(read.document)
  if (!meansTheSame(text, formatted)) {
    throw new Error('the formatted text would mean something else; the file stays as it is')
  }
  return { text: formatted }
}

/** A document that may be changed; or why the text is none. */
export function parseForEdit(
  text: string,
  file: string,
): { readonly document: Document } | { readonly problems: readonly Problem[] } {
  // What the environment lacks is no matter of the form.
  const findings = readYaml(text, {}).findings.filter(({ code }) => code !== 'config.environment')
  if (findings.length > 0) {
    return { problems: toProblems({ file, text, secrets: [], understood: false }, findings) }
  }
  return { document: parseDocument(text, YAML_OPTIONS) }
}

export function documentText(document: Document): string {
  visit(document, { Collection: (_key, node) => padded(node) })
  return document.toString({ lineWidth: 0, indent: 2, singleQuote: true })
}

/** Maps in one line have room at their braces, lists have none, as everybody writes them. */
function padded(node: YAMLMap | YAMLSeq): void {
  if (node.flow !== true) return
  const flowCollectionPadding = isSeq(node) ? '' : ' '
  const { prototype } = isSeq(node) ? YAMLSeq : YAMLMap
  // oxlint-disable-next-line typescript/unbound-method -- it is bound at once
  const write = prototype.toString.bind(node)
  node.toString = (context, ...more) =>
    write(context && { ...context, flowCollectionPadding }, ...more)
}

function meansTheSame(before: string, after: string): boolean {
  const [one, other] = [before, after].map((text) => readYaml(text, {}).tree)
  return isDeepStrictEqual(one?.value, other?.value)
}
