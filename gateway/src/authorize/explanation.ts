// What an operator asks and is told about one call: the shapes, plain JSON, that explain.ts fills and the admin
// socket and the CLI show.
import type { RefusalCode } from '../answers.ts'
import type { Principal } from '../identify/identity.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'

/** A call as an operator spells it out; no token is needed. */
export type Question = {
  readonly principal: {
    readonly kind: Principal['kind']
    readonly issuer: string
    /** Of people and agents. */
    readonly subject?: string
    readonly clientId: string
    readonly tenant?: string
    readonly tags: Readonly<Record<string, string>>
  }
  /** Qualified name, `<target>___<tool>`. */
  readonly tool: string
  readonly args: JsonObject
  /** Where and when; absent: nobody knows from where, and now. */
  readonly address?: string
  readonly timeMs?: number
}

export type Explanation = {
  readonly decision: 'allow' | 'deny'
  /** What the caller would be told; `undefined` where the call is allowed. */
  readonly code: RefusalCode | undefined
  /** True reason in words. */
  readonly reason: string
  /** Whether the tool is in this principal's list. */
  readonly visible: boolean
  /** As policies see it: `AgentCore::OAuthUser::"…"` and its tags. */
  readonly principal: { readonly uid: string; readonly tags: Readonly<Record<string, string>> }
  /** Ids of the policies that decided. */
  readonly deciding: readonly string[]
  /** Every policy whose action scope can match the tool, in the order of the files. */
  readonly policies: readonly ExplainedPolicy[]
  /** What would turn the answer, one sentence each. */
  readonly changes: readonly string[]
}

export type ExplainedPolicy = {
  readonly id: string
  readonly file: string
  readonly line: number
  readonly effect: 'permit' | 'forbid'
  readonly deciding: boolean
  readonly outcome: 'applies' | 'does not apply' | 'errs' | 'not evaluated'
  /** Whether principal, action and resource match. */
  readonly scope: Truth
  readonly conditions: readonly ExplainedCondition[]
}
export type ExplainedCondition = {
  readonly kind: 'when' | 'unless'
  readonly line: number
  /** The operands of the outermost `&&`. */
  readonly parts: readonly ExplainedPart[]
}
export type ExplainedPart = {
  /** In Cedar's notation. */
  readonly text: string
  readonly value: Truth
  readonly error?: string
  readonly saw: readonly Seen[]
}
export type Truth = boolean | 'error' | 'not reached'
/** `value` is absent where there was none. */
export type Seen = { readonly name: string; readonly value?: JsonValue }
