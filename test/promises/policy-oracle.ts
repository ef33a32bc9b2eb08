// What a text of policies says, by the engine alone: the whole text as one set, every argument as it is, no schema, no
// slices, no caches and none of the gateway's code. The gateway may allow less than this and never more: where a policy
// errs nothing is allowed.
import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs'
import type { Asked } from './policy-probes.ts'

const NAME = 'oracle of F-21'
/** A Monday at noon, as the gateway's clock is set where the oracle is asked, and a caller of this machine. */
export const NOON_MS = Date.UTC(2026, 10, 2, 12)
const CIRCUMSTANCES = {
  network: { address: { __extn: { fn: 'ip', arg: '127.0.0.1' } } },
  time: {
    now: { __extn: { fn: 'datetime', arg: '2026-11-02T12:00:00.000Z' } },
    hour: 12,
    minute: 0,
    weekday: 1,
  },
}

/** `undefined`: the text is no set of policies, so that it allows nothing. */
export function oracleOf(text: string): ((asked: Asked) => boolean) | undefined {
  if (preparsePolicySet(NAME, { staticPolicies: text }).type === 'failure') return undefined
  return ({ uid, tags, tool, args }) => {
    const answer = statefulIsAuthorized({
      principal: uid,
      action: action(tool),
      resource: { type: 'AgentCore::Gateway', id: 'https://gate.acme.example' },
      context: { ...CIRCUMSTANCES, input: args },
      validateRequest: false,
      preparsedPolicySetId: NAME,
      entities: [
        { uid, attrs: {}, parents: [], tags },
        { uid: action(tool), attrs: {}, parents: [action('CallTool')] },
        { uid: action('CallTool'), attrs: {}, parents: [action('Mcp')] },
      ],
    })
    if (answer.type === 'failure') return false
    return answer.response.decision === 'allow' && answer.response.diagnostics.errors.length === 0
  }
}

function action(id: string): { readonly type: string; readonly id: string } {
  return { type: 'AgentCore::Action', id }
}
