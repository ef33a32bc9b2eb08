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
  was_cancelled: 'tells whether the wait of that name was cancelled',
  log: 'logs at two levels',
  ask_form: 'asks the person by a form',
  ask_page: 'asks the person to open a page',
  ask_model: 'asks the model of the client',
  ask_roots: 'asks for the folders of the client',
  touch: 'tells that a resource was updated',
  flip: 'offers one more tool, or one less',
} as const
export type ToolName = keyof typeof TOOLS

export const text = (value: string) => ({ type: 'text' as const, text: value })
export const said = (value: string) => ({ content: [text(value)] })

/** Waits that were cancelled, by their names. */
export function createWaits() {
  const cancelled = new Set<string>()
  return {
    wait: (name: string, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          cancelled.add(name)
          resolve()
        })
      }),
    wasCancelled: (name: string) => cancelled.has(name),
  }
}
