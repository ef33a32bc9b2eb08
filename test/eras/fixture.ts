// What both targets of the era matrix offer, by the same names: one of SDK v1 and the old era, one of SDK v2 and the
// modern one. Only the protocol between differs.
export const ITEMS = 210
export const PROMPT = 'greet'
export const NAMES = ['ada', 'alan', 'grace']
export const TEMPLATE = 'fix://note/{id}'
export const note = (id: string) => `fix://note/${id}`
export const item = (index: number) => `fix://item/${String(index).padStart(3, '0')}`
export const IN_TURN = 'in_turn'
export const PAGE_URL = 'https://accounts.example.com/connect'

export const FORM = {
  message: 'Go on?',
  requestedSchema: {
    type: 'object' as const,
    properties: { sure: { type: 'boolean' as const, title: 'Go on' } },
    required: ['sure'],
  },
}
export const PAGE = { message: 'Connect your account', url: PAGE_URL }
export const THOUGHT = {
  messages: [{ role: 'user' as const, content: { type: 'text' as const, text: 'think' } }],
  maxTokens: 10,
}

/** Tools, each with what it does. Of those that take something it is `value`. */
export const TOOLS = {
  echo: 'says what it is given',
  hidden: 'is for nobody here',
  count: 'reports progress three times',
  wait: 'waits until it is cancelled',
  state_of_wait: 'tells how the wait of that name stands',
  log: 'logs at two levels',
  ask_form: 'asks the person by a form',
  ask_page: 'asks the person to open a page',
  ask_model: 'asks the model of the client',
  ask_roots: 'asks for the folders of the client',
  touch: 'tells that a resource was updated',
  flip: 'offers one more tool, or one less',
} as const
export type ToolName = keyof typeof TOOLS

const text = (value: string) => ({ type: 'text' as const, text: value })
export const said = (value: string) => ({ content: [text(value)] })

/** What is offered beside the tools, as both SDKs take it. */
export const PLAIN = { mimeType: 'text/plain' }
export const namesFrom = (begun: string) => NAMES.filter((one) => one.startsWith(begun))
export const greeting = ({ name }: { readonly name: string }) => ({
  messages: [{ role: 'user' as const, content: text(`Greet ${name}.`) }],
})
export const readNote = ({ href }: URL, { id }: Readonly<Record<string, unknown>>) => ({
  contents: [{ uri: href, text: `the note ${String(id)}` }],
})
export const LISTED = Array.from({ length: ITEMS }, (_, index) => {
  const uri = item(index)
  return { uri, read: () => ({ contents: [{ uri, text: `the item ${index}` }] }) }
})

/** Tells progress as often as the tool `count` does. */
export async function countAloud(
  progressToken: string | number | undefined,
  notify: (notification: {
    readonly method: 'notifications/progress'
    readonly params: { progressToken: string | number; progress: number; total: number }
  }) => Promise<void>,
) {
  if (progressToken === undefined) return said('counted')
  for (const progress of [1, 2, 3]) {
    const params = { progressToken, progress, total: 3 }
    await notify({ method: 'notifications/progress', params })
  }
  return said('counted')
}

/** The tools that say something and need nothing of their era. */
export function createPlainActs() {
  const { wait, stateOf } = createWaits()
  return {
    echo: async (value: string) => said(value),
    hidden: async () => said('seen'),
    state_of_wait: async (value: string) => said(stateOf(value)),
    waitFor: (value: string, signal: AbortSignal) => wait(value, signal).then(() => said('over')),
  }
}

/** Waits by their names. */
function createWaits() {
  const states = new Map<string, 'waiting' | 'cancelled'>()
  return {
    wait: (name: string, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        states.set(name, 'waiting')
        signal.addEventListener('abort', () => {
          states.set(name, 'cancelled')
          resolve()
        })
      }),
    stateOf: (name: string) => states.get(name) ?? 'not begun',
  }
}
