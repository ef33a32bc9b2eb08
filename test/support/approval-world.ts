// A gateway whose policies ask for a second person, with people around it: Alice reads, Carol and Dan write, and what is
// written above a limit waits. Operators' orders carry the token of whoever gives them.
import { startTestGateway, type TestGateway, type TestGatewayOptions } from './gateway.ts'
import { order } from './operator.ts'
import type { RawAnswer } from './raw.ts'

const WRITE = 'action == AgentCore::Action::"records___write_record", resource)'
const CONTROLLERS =
  'principal.hasTag("groups") && principal.getTag("groups") like "*|controllers|*"'

/** Up to 1,000 at once, above that with a second person, above 1,000,000 never. */
export const APPROVAL_POLICY = `@id("readers")
permit (principal is AgentCore::OAuthUser, action == AgentCore::Action::"records___read_record", resource);

@id("small")
permit (principal is AgentCore::OAuthUser, ${WRITE}
when { ${CONTROLLERS} && context.input.amount.lessThanOrEqual(decimal("1000.0")) };

@id("large")
@approval("approver")
@approval_expires("15m")
permit (principal is AgentCore::OAuthUser, ${WRITE}
when { ${CONTROLLERS} };

@id("never")
forbid (principal, ${WRITE}
when { context.input.amount.greaterThan(decimal("1000000.0")) };
`

const OPERATORS =
  'operators: { roles: { approver: [controllers], admin: [platform], auditor: [auditors] } }\n'

export type Who = 'alice' | 'carol' | 'dan' | 'erin'
const GROUPS: Readonly<Record<Who, readonly string[]>> = {
  alice: ['settlement-analysts'],
  carol: ['controllers'],
  dan: ['controllers'],
  erin: ['auditors', 'platform'],
}

export type ApprovalWorld = TestGateway & {
  readonly tokenOf: (who: Who, claims?: Readonly<Record<string, unknown>>) => string
  /** Calls `write_record`, or what is named. */
  readonly write: (
    who: Who,
    args: Readonly<Record<string, unknown>>,
    more?: { readonly token?: string; readonly name?: string },
  ) => Promise<RawAnswer>
  /** An order with the token of whoever gives it. */
  readonly orderAs: (
    who: Who,
    path: string,
    body?: Readonly<Record<string, unknown>>,
  ) => ReturnType<typeof order>
  /** Details of the records of this kind, oldest first. */
  readonly recorded: (kind: 'approval' | 'access') => readonly Record<string, unknown>[]
}

export async function startApprovalWorld(options: TestGatewayOptions = {}): Promise<ApprovalWorld> {
  const world = await startTestGateway({
    policies: APPROVAL_POLICY,
    ...options,
    yaml: `${OPERATORS}${options.yaml ?? ''}`,
  })
  const tokenOf: ApprovalWorld['tokenOf'] = (who, claims = {}) =>
    world.token({ claims: { sub: who, groups: GROUPS[who], ...claims } })
  return {
    ...world,
    tokenOf,
    write: (who, args, { token = tokenOf(who), name = 'write_record' } = {}) =>
      world.call({ method: 'tools/call', params: { name, arguments: args }, token }),
    orderAs: (who, path, body = {}) => order(world, path, { ...body, token: tokenOf(who) }),
    recorded: (kind) =>
      world
        .audit()
        .filter((record) => record['kind'] === kind)
        .map(({ detail }) => detail as Record<string, unknown>),
  }
}

/** The reference that an answer names. */
export function referenceIn(answer: RawAnswer): string {
  return /reference `([0-9a-f]{32})`/.exec(answer.body)?.[1] ?? `none in ${answer.body}`
}
