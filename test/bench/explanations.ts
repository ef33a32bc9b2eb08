// What an explanation costs (policy-audit §1.4): over the sample's policies, over 1,000 that apply to one tool each, and
// over 1,000 that all apply to the tool that is asked about.
import type { TargetRow } from '../../bench/src/target-row.ts'
import { TOOL_DEFINITIONS } from '@sallyport/sample/market-server/tool-definitions.ts'
import { cedar } from '../../gateway/src/authorize/engine.ts'
import { explainCall, type Question } from '../../gateway/src/authorize/explain.ts'
import type { Loaded } from '../../gateway/src/authorize/loaded.ts'
import { readPolicyFiles } from '../../gateway/src/authorize/policy-files.ts'
import type { JsonObject } from '../../gateway/src/json/value.ts'
import { catalogueOfTools } from '../../gateway/src/offline.ts'
import { GATEWAY, ISSUER } from '../../gateway/test/authorize/world.ts'
import { timings } from './passes.ts'
import {
  anyAction,
  loadedSet,
  newArguments,
  oneAction,
  policySet,
  toolNames,
  toolsOf,
} from './policy-sets.ts'

const MOST_MS = 200
const THOUSAND = 1000
const TOOLS = 40
const ROUNDS = 3
const AROUND = { engine: cedar, gatewayId: GATEWAY }

export async function explanations(): Promise<readonly TargetRow[]> {
  const market = catalogueOfTools([
    { target: 'market', tools: TOOL_DEFINITIONS as readonly unknown[] as readonly JsonObject[] },
  ])
  const acme = (await readPolicyFiles('sample/acme/policies')).filter(
    ({ file }) => !file.startsWith('documents'),
  )
  const sample = await loadedSet(acme, market, 'bench/sample')
  const names = toolNames(TOOLS)
  const spread = policySet({
    count: THOUSAND,
    action: (at) => (at % 20 === 0 ? 'action' : oneAction(names[at % TOOLS] ?? '')),
    reads: (at) => at % 2 === 1,
  })
  const thousand = await loadedSet([spread], toolsOf(TOOLS), 'bench/thousand')
  const all = policySet({ count: THOUSAND, action: anyAction, reads: (at) => at % 2 === 1 })
  const worst = await loadedSet([all], toolsOf(1), 'bench/worst')
  return [
    ...rowsOf('the policies of the sample', sample, 20),
    ...rowsOf(`1,000 policies, ${TOOLS} tools`, thousand, 1),
    ...rowsOf('1,000 policies, all of them for the tool', worst, 2),
  ]
}

function rowsOf(words: string, state: Loaded, times: number): readonly TargetRow[] {
  const tools = [...state.actions.keys()]
  const p50: number[] = []
  const longest: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const [half, most] = timings(tools.length * times, (at) =>
      explainCall(questionAbout(tools[at % tools.length] ?? '', at), state, AROUND, ISSUER),
    )
    p50.push(half)
    longest.push(most)
  }
  const slice = Math.max(...[...state.actions.values()].map((action) => action.slice.length))
  const limit = { wanted: '< 200 ms', unit: 'ms', most: MOST_MS, note: `slice of up to ${slice}` }
  return [
    { target: `\`explain\` over ${words}, p50`, passes: p50, ...limit },
    { target: `\`explain\` over ${words}, longest`, passes: longest, ...limit },
  ]
}

/** Allowed and denied in turn. */
function questionAbout(tool: string, at: number): Question {
  const groups = at % 2 === 0 ? '|bench|settlement-analysts|' : '|nobody|'
  const tags = { groups, tenant: 'acme' }
  const who = { kind: 'person', issuer: ISSUER, subject: 'alice', clientId: 'ide', tags } as const
  return { principal: who, tool, args: newArguments(at) }
}
