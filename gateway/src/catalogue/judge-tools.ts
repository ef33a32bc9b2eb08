// All tools of one description, judged one by one and against each other: name, hash, schema, look-alikes, and what the
// scanner says of those that nobody has approved. In turns, so that a target with many tools holds up nobody.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { JsonObject } from '../json/value.ts'
import { lookalikes } from './names.ts'
import { judgeTool } from './offered-tool.ts'
import type { OfferedTool } from './offered-tool.ts'
import type { ScanFinding } from './scan/finding.ts'
import type { Scanner } from './scan/scanner.ts'

export type CheckedTool = OfferedTool & { readonly findings: readonly ScanFinding[] }

const TOOLS_PER_TURN = 50

export type JudgedTools = {
  readonly tools: readonly CheckedTool[]
  /** What has no name to be listed under, in words. */
  readonly unnamed: readonly string[]
}

/** `known`: findings of definitions that were judged before, by hash. */
export async function judgeTools(
  target: string,
  definitions: readonly JsonObject[],
  scanner: Scanner,
  known: ReadonlyMap<string, readonly ScanFinding[]>,
): Promise<JudgedTools> {
  const { tools, unnamed } = await judgeEach(target, definitions)
  const alike = lookalikes(tools.keys())
  const checked: CheckedTool[] = []
  for (const tool of tools.values()) {
    const fault =
      tool.fault ??
      (alike.has(tool.name) ? 'its name looks like that of another tool of the target' : undefined)
    // Who cannot be approved need not be read.
    const findings =
      fault === undefined ? (known.get(tool.hash) ?? (await scanner.scan(tool.definition))) : []
    checked.push({ ...tool, fault, findings })
  }
  return { tools: checked, unnamed }
}

async function judgeEach(
  target: string,
  definitions: readonly JsonObject[],
): Promise<{
  readonly tools: ReadonlyMap<string, OfferedTool>
  readonly unnamed: readonly string[]
}> {
  const tools = new Map<string, OfferedTool>()
  const unnamed: string[] = []
  for (const [index, definition] of definitions.entries()) {
    if (index % TOOLS_PER_TURN === TOOLS_PER_TURN - 1) await nextTurn()
    const tool = judgeTool(target, definition)
    if (!('name' in tool)) unnamed.push(tool.fault)
    else if (!tools.has(tool.name)) tools.set(tool.name, tool)
    else tools.set(tool.name, { ...tool, hash: '', fault: 'the target lists it more than once' })
  }
  return { tools, unnamed }
}
