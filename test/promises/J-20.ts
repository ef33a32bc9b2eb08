// J-20: what is compared with a secret, and what is hidden, takes the time of its counterpart. Each comparison is two
// kinds of one request, and the first one is a request with itself: what a t of nothing looks like in this run.
import { modernRequest, type ModernCall } from '@sallyport/sample/modern-request.ts'
import { rawRequest } from '../support/raw.ts'
import { timePairs } from './paired-timing.ts'
import { inProcessWorld, type ProcessWorld } from './process-world.ts'
import type { Finding, PromiseScript } from './promise.ts'

/** Two hundred tools are a page, so that there is a cursor; one more is hidden from everybody. */
const TOOLS = Array.from({ length: 206 }, (_, index) => ({
  name: `tool_${String(index).padStart(3, '0')}`,
  description: 'One of many.',
  inputSchema: { type: 'object' },
}))
const HIDDEN = 'tool_205'
const UNKNOWN = 'tool_999'
const POLICIES = `permit (principal is AgentCore::OAuthUser, action, resource) when { principal.hasTag("groups") };
forbid (principal, action == AgentCore::Action::"records___${HIDDEN}", resource);
`
const TOLD_APART = 4.5

export const promise: PromiseScript = {
  id: 'J-20',
  title: 'the time of an answer tells nothing of a secret',
  run: ({ short }) =>
    inProcessWorld(
      { policies: POLICIES, target: { tools: TOOLS, pageSize: 300 } },
      async (world) => {
        await world.start()
        const token = world.token()
        const cursor = await firstCursor(world, token)
        const ask = (call: ModernCall) => bytesOf(world, { token, ...call })
        const page = (at: number) =>
          ask({ method: 'tools/list', params: { cursor: guess(cursor, at) } })
        const tool = (name: string) =>
          ask({ method: 'tools/call', params: { name, arguments: {} } })
        const signed = (at: number) => {
          const [header = '', claims = '', signature = ''] = token.split('.')
          const wrong = `${header}.${claims}.${guess(signature, at)}`
          return ask({ method: 'tools/list', token: wrong })
        }
        const compare = (what: string, a: Buffer, b: Buffer) =>
          finding(world, what, [a, b], short ? 1000 : 50_000)
        return [
          await compare('a request and the same again', tool(UNKNOWN), tool(UNKNOWN)),
          await compare('a signature wrong in its first byte, in its last', signed(0), signed(-1)),
          await compare(
            'a cursor wrong in the first byte of its MAC, in its last',
            page(0),
            page(15),
          ),
          await compare('a tool that does not exist, a hidden one', tool(UNKNOWN), tool(HIDDEN)),
        ]
      },
    ),
}

async function finding(
  world: ProcessWorld,
  what: string,
  kinds: readonly [Buffer, Buffer],
  pairs: number,
): Promise<Finding> {
  const { ratio, t, samples, answers } = await timePairs(world.port, kinds, pairs)
  const [first, second] = answers
  return {
    what,
    seen: `|t| ${Math.abs(t).toFixed(1)}, medians 1 : ${ratio.toFixed(3)}, ${samples} samples, ${first} and ${second}`,
    promised: `|t| < ${TOLD_APART}, the same answer`,
    kept: Math.abs(t) < TOLD_APART && first === second,
  }
}

async function firstCursor(world: ProcessWorld, token: string): Promise<string> {
  const answer = await world.call({ method: 'tools/list', token })
  const { result } = answer.json() as { result?: { nextCursor?: string } }
  if (result?.nextCursor === undefined) throw new Error(`no cursor in ${answer.body.slice(0, 200)}`)
  return result.nextCursor
}

/** The same bytes but for one bit of one of them. */
function guess(encoded: string, at: number): string {
  const bytes = Buffer.from(encoded, 'base64url')
  const index = at < 0 ? bytes.length + at : at
  bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index)
  return bytes.toString('base64url')
}

function bytesOf(world: ProcessWorld, call: ModernCall): Buffer {
  const { headers, body } = modernRequest(call)
  return rawRequest({
    path: '/mcp/records',
    headers: [['Host', `127.0.0.1:${world.port}`], ...Object.entries(headers)],
    body,
  })
}
