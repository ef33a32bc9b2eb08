// How the recording target may behave: honest and prompt by default; slow, dead or malicious when a test says so.

/** What a tools/call is answered with. `honest`: by the tool. The rest: see dishonest-*.ts, one function each. */
export type AnswerKind =
  | 'honest'
  | 'rpc-error'
  | 'tool-error'
  | 'server-error'
  | 'unauthorized'
  | 'redirect'
  | 'html-login'
  | 'wrong-content-type'
  | 'extra-headers'
  | 'invalid-json'
  | 'not-json-rpc'
  | 'wrong-id'
  | 'duplicate-members'
  | 'huge-numbers'
  | 'verbatim'
  | 'input-required'
  | 'unknown-result-type'
  | 'oversize'
  | 'gzip-bomb'
  | 'cut-off'
  | 'sse-line-breaks'
  | 'sse-forged-events'
  | 'sse-server-request'
  | 'sse-endless'
  | 'sse-huge-line'
  | 'sse-no-result'
  | 'sse-wrong-id'
  | 'sse-two-results'

export type Behaviour = {
  readonly answer: AnswerKind
  /** Requests whose JSON-RPC method is among these get the `answer`; all others are answered honestly. */
  readonly methods: readonly string[]
  /** Wait before the response head. */
  readonly beforeHeadMs: number
  /** Calls that it works on at one time; the others wait in order, however many they are. */
  readonly places: number
  /** Wait before each event of a stream. */
  readonly betweenEventsMs: number
  /** `resets`: every connection is reset on its first byte. `hangs`: nothing is ever answered. */
  readonly dead: 'no' | 'resets' | 'hangs'
  /** Where `redirect` leads. */
  readonly redirectTo: string
  /** How much `oversize`, `gzip-bomb` and `sse-huge-line` send. */
  readonly bytes: number
  /** The body of `verbatim`, sent as it is but for `{id}`, which becomes the id of the request. */
  readonly text: string
  /** Media type of `verbatim`. */
  readonly mediaType: string
}

export const HONEST: Behaviour = {
  answer: 'honest',
  methods: ['tools/call'],
  beforeHeadMs: 0,
  places: Number.POSITIVE_INFINITY,
  betweenEventsMs: 0,
  dead: 'no',
  redirectTo: 'http://127.0.0.1:9/mcp',
  bytes: 16 * 1024 * 1024,
  text: '',
  mediaType: 'application/json',
}
