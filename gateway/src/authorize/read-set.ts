// Which arguments a policy can look at, read off its own syntax tree (policy-audit §1.1 rule 5). Paths are
// relative to `context.input`. A path stands for everything below it; the empty path for all arguments.
// Whatever is not understood counts as reading everything.
import type { Expr, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { CIRCUMSTANCES, CIRCUMSTANCE_RECORDS, type Circumstance } from './circumstances.ts'

export type Path = readonly string[]
type Node = Readonly<Record<string, unknown>>

export type Reads = {
  /** Argument paths; `has` counts as reading. */
  readonly paths: readonly Path[]
  /** What is read of the context beside the arguments. */
  readonly circumstances: readonly Circumstance[]
}

/** What the conditions of `policy` read. */
export function readsOf({ conditions }: Pick<PolicyJson, 'conditions'>): Reads {
  return sortedOut(conditions.map(({ body }) => body))
}

/** The same for one expression. */
export function readsOfExpression(expression: Expr): Reads {
  return sortedOut([expression])
}

function sortedOut(expressions: readonly unknown[]): Reads {
  const chains: Path[] = []
  for (const expression of expressions) collect(expression, chains)
  const paths = chains
    .filter(([first]) => first === undefined || !CIRCUMSTANCE_RECORDS.includes(first))
    // Anything else about the context is taken to read all of it.
    .map((chain) => (chain[0] === 'input' ? chain.slice(1) : []))
  const circumstances = CIRCUMSTANCES.filter((circumstance) => {
    const [record, member] = circumstance.split('.')
    return chains.some(
      ([first, second]) =>
        first === undefined || (first === record && (second === undefined || second === member)),
    )
  })
  return { paths, circumstances }
}

/** The names of the principal's tags that the conditions ask for, for explanations. */
export function readTagsOf(expression: unknown): readonly string[] {
  if (typeof expression !== 'object' || expression === null) return []
  const asked = Object.entries(expression).flatMap(([name, part]: [string, Node]) => {
    const tag = name === 'getTag' || name === 'hasTag' ? valueOf(part['right']) : undefined
    return typeof tag === 'string' ? [tag, ...readTagsOf(part)] : readTagsOf(part)
  })
  return [...new Set(asked)]
}

/** Chains of names below `context`. */
function collect(expression: unknown, found: Path[]): void {
  const chain = contextChain(expression)
  if (chain !== undefined) {
    found.push(chain)
    return
  }
  for (const [name, part] of Object.entries(expression as Node)) {
    if (name === 'Value' || name === 'Var' || name === 'Slot') continue
    if (name === 'has') collectHas(part as Node, found)
    else for (const operand of operandsOf(part)) collect(operand, found)
  }
}

function collectHas(part: Node, found: Path[]): void {
  const chain = contextChain(part['left'])
  if (chain === undefined) {
    collect(part['left'], found)
    return
  }
  const asked = [...chain, ...[part['attr'] as string | string[]].flat()]
  // `context has input` is always true and says nothing about any argument.
  if (asked.length === 1 && asked[0] === 'input') return
  found.push(asked)
}

/** Operands of an operator: `left`, `right`, `arg`, …; the elements of a set or a call; the values of a record. */
function operandsOf(part: unknown): readonly unknown[] {
  return Object.values(part as Node).filter(
    (operand) => typeof operand === 'object' && operand !== null && !isPattern(operand),
  )
}

/** The pattern of `like`: literals and wildcards, no expressions. */
function isPattern(operand: object): boolean {
  return Array.isArray(operand)
}

/** `context.a.b` as [`a`, `b`]; `undefined` for anything that is no plain access below `context`. */
function contextChain(expression: unknown): readonly string[] | undefined {
  const node = expression as Node
  if ('Var' in node) return node['Var'] === 'context' ? [] : undefined
  const access = node['.'] as { left: unknown; attr: string } | undefined
  const left = access && contextChain(access.left)
  return left && [...left, access.attr]
}

function valueOf(expression: unknown): unknown {
  return (expression as Node | undefined)?.['Value']
}
