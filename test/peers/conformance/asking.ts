// Tools and a prompt of the conformance suite that ask the client for something before they answer (SEP-2322): written
// once, in the modern manner; for clients of the old era the SDK asks by requests of its own.
import { randomBytes } from 'node:crypto'
import {
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  inputResponse,
  type CallToolResult,
  type InputRequests,
  type InputRequiredResult,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { text } from './contents.ts'
import { DEFAULTS_FORM, ENUMS_FORM, form, PERSON_FORM } from './forms.ts'

type Arguments = { readonly prompt?: string; readonly message?: string }
type Capabilities = { readonly sampling?: unknown; readonly elicitation?: unknown }
/** The SDK's type does not name its members. */
type Envelope = Readonly<Record<string, Capabilities | undefined>>
type State = { readonly step: number }
type Asking = {
  readonly asks: (args: Arguments, step: number, can: Capabilities) => InputRequests
  /** How the answer begins, before what was brought. */
  readonly says: string
  /** The state goes along. */
  readonly states?: true
  /** How many times it asks. */
  readonly rounds?: number
}

const codec = createRequestStateCodec<State>({ key: randomBytes(32) })
export const verifyState: typeof codec.verify = (state, context) => codec.verify(state, context)

const STRINGS = {
  type: 'object',
  properties: { prompt: { type: 'string' }, message: { type: 'string' } },
}
const NAME = form('name')
const ok = { type: 'object' as const, properties: { ok: { type: 'boolean' as const } } }
const confirm = () =>
  inputRequired.elicit({
    message: 'Please confirm',
    requestedSchema: { ...ok, required: ['ok'] },
  })
const sampled = (prompt: string, maxTokens = 100) =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: text(prompt) }],
    maxTokens,
  })
const nameOfUser = () =>
  inputRequired.elicit({ message: 'What is your name?', requestedSchema: NAME })
const elicits =
  (requestedSchema: typeof NAME, message = 'Please fill in'): Asking['asks'] =>
  ({ message: given = message }) => ({
    answer: inputRequired.elicit({ message: given, requestedSchema }),
  })

const TOOLS: Readonly<Record<string, Asking>> = {
  test_sampling: {
    asks: ({ prompt = '' }) => ({ answer: sampled(prompt) }),
    says: 'LLM response:',
  },
  test_missing_capability: { asks: () => ({ answer: sampled('anything') }), says: 'LLM response:' },
  test_elicitation: { asks: elicits(PERSON_FORM), says: 'User response:' },
  test_streaming_elicitation: { asks: elicits(PERSON_FORM), says: 'User response:' },
  test_elicitation_sep1034_defaults: {
    asks: elicits(DEFAULTS_FORM),
    says: 'Elicitation completed:',
  },
  test_elicitation_sep1330_enums: { asks: elicits(ENUMS_FORM), says: 'Elicitation completed:' },
  test_input_required_result_elicitation: {
    asks: () => ({ user_name: nameOfUser() }),
    says: 'Hello,',
  },
  test_input_required_result_sampling: {
    asks: () => ({ capital_question: sampled('What is the capital of France?') }),
    says: 'The model says',
  },
  test_input_required_result_list_roots: {
    asks: () => ({ client_roots: inputRequired.listRoots() }),
    says: 'Roots:',
  },
  test_input_required_result_request_state: {
    asks: () => ({ confirm: confirm() }),
    says: 'state-ok',
    states: true,
  },
  test_input_required_result_tampered_state: {
    asks: () => ({ confirm: confirm() }),
    says: 'state-ok',
    states: true,
  },
  test_input_required_result_multiple_inputs: {
    asks: () => ({
      user_name: nameOfUser(),
      greeting: sampled('Generate a greeting', 50),
      client_roots: inputRequired.listRoots(),
    }),
    says: 'All of it:',
    states: true,
  },
  test_input_required_result_multi_round: {
    asks: (_, step) => ({
      [`step${step}`]:
        step === 1
          ? inputRequired.elicit({ message: 'Step 1: What is your name?', requestedSchema: NAME })
          : inputRequired.elicit({
              message: 'Step 2: What is your favorite color?',
              requestedSchema: form('color'),
            }),
    }),
    says: 'Both steps:',
    states: true,
    rounds: 2,
  },
  test_input_required_result_capabilities: {
    asks: (_, __, can): InputRequests => {
      return {
        ...(can?.sampling === undefined ? {} : { thought: sampled('Say something') }),
        ...(can?.elicitation === undefined ? {} : { user_name: nameOfUser() }),
      }
    },
    says: 'As you can:',
  },
}
const PROMPT: Asking = {
  asks: () => ({
    user_context: inputRequired.elicit({
      message: 'What context should the prompt use?',
      requestedSchema: form('context'),
    }),
  }),
  says: 'The context is',
}

export function registerAsking(server: McpServer): void {
  // Of a request in the modern era, of the session in the old one.
  const capabilities = ({ mcpReq }: ServerContext): Capabilities =>
    (mcpReq.envelope as Envelope | undefined)?.[CLIENT_CAPABILITIES_META_KEY] ??
    server.server.getClientCapabilities() ??
    {}
  for (const [name, asking] of Object.entries(TOOLS)) {
    const inputSchema = fromJsonSchema<Arguments>(STRINGS)
    server.registerTool(name, { description: name, inputSchema }, (args, context) =>
      askOrAnswer(asking, args, context, capabilities(context)),
    )
  }
  const name = 'test_input_required_result_prompt'
  server.registerPrompt(name, { description: name }, async (context) => {
    const result = await askOrAnswer(PROMPT, {}, context, {})
    if (result.resultType === 'input_required') return result as InputRequiredResult
    return { messages: [{ role: 'user' as const, content: text(wordsOf(result)) }] }
  })
}

async function askOrAnswer(
  { asks, says, states, rounds = 1 }: Asking,
  args: Arguments,
  { mcpReq }: ServerContext,
  can: Capabilities,
): Promise<CallToolResult | InputRequiredResult> {
  const step = mcpReq.requestState<State>()?.step ?? 1
  const inputRequests = asks(args, step, can)
  const brought = Object.keys(inputRequests).map((key) => inputResponse(mcpReq.inputResponses, key))
  if (brought.some(({ kind }) => kind === 'missing')) {
    const requestState = states ? { requestState: await codec.mint({ step }) } : {}
    return inputRequired({ inputRequests, ...requestState })
  }
  if (step < rounds) {
    const next = step + 1
    return inputRequired({
      inputRequests: asks(args, next, can),
      requestState: await codec.mint({ step: next }),
    })
  }
  return { content: [text(`${says} ${JSON.stringify(brought)}`)] }
}

function wordsOf(result: object): string {
  return JSON.stringify((result as CallToolResult).content)
}
