// What only a look at other targets shows (attacks M-11, M-13): a tool that names theirs, or whose name can be taken for
// one of theirs. A finding as the scanner's are: it keeps a tool out of a baseline and is shown in a review.
import type { CheckedTool } from './judge-tools.ts'
import { lookalikes, skeletonOf } from './names.ts'
import type { ScanFinding } from './scan/finding.ts'
import { textsOf } from './scan/texts.ts'
import { visible } from './scan/visible.ts'

export type OtherTool = { readonly target: string; readonly name: string }

const WORD = /[A-Za-z0-9_.-]{6,193}/g
const MENTIONS = 5

export function compareWithOthers(
  tools: readonly CheckedTool[],
  own: string,
  others: readonly OtherTool[],
): readonly CheckedTool[] {
  if (others.length === 0) return tools
  const ownNames = new Set(tools.map(({ name }) => name))
  const theirs = new Map<string, OtherTool>()
  const looks = new Map<string, OtherTool>()
  const targets = new Set(others.map(({ target }) => target))
  for (const other of others) {
    theirs.set(`${other.target}___${other.name}`, other)
    if (isDistinctive(other.name) && !ownNames.has(other.name)) theirs.set(other.name, other)
    looks.set(skeletonOf(other.name), other)
  }
  return tools.map((tool) => {
    if (tool.fault !== undefined) return tool
    const found = [...nameFindings(tool.name, own, looks, targets), ...mentions(tool, theirs)]
    return found.length === 0 ? tool : { ...tool, findings: [...tool.findings, ...found] }
  })
}

function nameFindings(
  name: string,
  own: string,
  looks: ReadonlyMap<string, OtherTool>,
  targets: ReadonlySet<string>,
): readonly ScanFinding[] {
  const claimed = [...targets].find((target) => name.startsWith(`${target}___`))
  if (claimed !== undefined && claimed !== own) {
    return [named(`begins with the name of the target ${claimed}`)]
  }
  const alike = looks.get(skeletonOf(name))
  // Equal names are told apart by their targets; nearly equal ones mean to be mistaken.
  if (alike === undefined || alike.name === name) return []
  return lookalikes([alike.name, name]).size > 0
    ? [named(`looks like ${alike.target}___${alike.name}`)]
    : []
}

function named(excerpt: string): ScanFinding {
  return { rule: 'reach.name', place: '/name', excerpt }
}

function mentions(
  { definition }: CheckedTool,
  theirs: ReadonlyMap<string, OtherTool>,
): readonly ScanFinding[] {
  const found = new Map<string, ScanFinding>()
  for (const { place, text, isName } of textsOf(definition)) {
    if (isName) continue
    for (const [word] of text.slice(0, 16_384).matchAll(WORD)) {
      const other = theirs.get(word.replace(/[.-]+$/, ''))
      if (other === undefined || found.size >= MENTIONS) continue
      const excerpt = visible(`names ${other.target}___${other.name}`)
      found.set(excerpt, { rule: 'reach.mention', place, excerpt })
    }
  }
  return [...found.values()]
}

/** Not a word that any text may have. */
function isDistinctive(name: string): boolean {
  return name.length >= 6 && /[_.-]|[a-z][A-Z]/.test(name)
}
