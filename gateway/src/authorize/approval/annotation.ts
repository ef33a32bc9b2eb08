// What a permit says of approval (policy-audit §1.5): `@approval("<role>")` — somebody with this role must approve each
// call that nothing but such permits allows — and `@approval_expires("15m")`, how long a request waits, and how long
// an approval then holds. On a `forbid` they mean nothing, so they are a mistake there.

export type ApprovalRule = {
  /** Role of the configuration that may approve. */
  readonly role: string
  readonly lifeMs: number
}

const DEFAULT_LIFE_MS = 3_600_000
const SHORTEST_MS = 10_000
const LONGEST_MS = 7 * 86_400_000
const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `undefined` where the policy asks for no approval; text where the annotations are wrong. */
export function approvalRule({
  effect,
  annotations = {},
}: {
  readonly effect: 'permit' | 'forbid'
  readonly annotations?: Readonly<Record<string, string | null>>
}): ApprovalRule | string | undefined {
  const role = annotations['approval']
  const expires = annotations['approval_expires']
  if (role === undefined && expires === undefined) return undefined
  if (effect === 'forbid') return 'a `forbid` cannot ask for approval: remove `@approval`'
  if (role === undefined) return '`@approval_expires` needs `@approval("<role>")` beside it'
  if (role === null || !/^[a-z][a-z0-9-]{0,63}$/.test(role)) {
    return '`@approval` names no role: write `@approval("approver")`, or another role of `operators.roles`'
  }
  const lifeMs = expires === undefined ? DEFAULT_LIFE_MS : durationMs(expires ?? '')
  if (lifeMs === undefined || lifeMs < SHORTEST_MS || lifeMs > LONGEST_MS) {
    return '`@approval_expires` is no time from `10s` to `7d`: write a number and one of s, m, h, d'
  }
  return { role, lifeMs }
}

/** `15m` in milliseconds; `undefined` where it is no such text. */
export function durationMs(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^([1-9][0-9]{0,5})([smhd])$/.exec(text) ?? []
  return digits === '' ? undefined : Number(digits) * UNIT_MS[unit as keyof typeof UNIT_MS]
}
