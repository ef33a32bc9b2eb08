// What the load process is asked for, and what it answers. One job per message.

export type Job = {
  readonly port: number
  readonly hostHeader: string
  readonly path: string
  readonly connections: number
  readonly requests: number
  /** Same arguments in every call, or a new marker in each. */
  readonly vary: boolean
  /** Sent one after the other; one token: the same in every call. */
  readonly tokens: readonly string[]
  /** Default: `tools/call`. */
  readonly method?: Method | undefined
  /** Default: `lookup`. */
  readonly tool?: string | undefined
  /** Default: `modern`. A client of the old era opens a session per connection before the clock runs. */
  readonly era?: 'modern' | 'old' | undefined
  /** Of the long argument; default 150, with which a request has 300. */
  readonly fillerBytes?: number | undefined
  /** Of the answer's body; default 400. */
  readonly answerBytes?: number | undefined
  /** The answer comes as server-sent events, notes of progress before the result. */
  readonly streamed?: boolean | undefined
}
export type Method = 'tools/call' | 'tools/list'

export type Figures = {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly errors: number
  readonly firstError: string | undefined
}

/** Streams that tell of changes, opened and then left alone, one connection each. */
export type ListenJob = {
  readonly listen: number
  readonly port: number
  readonly hostHeader: string
  readonly path: string
  readonly tokens: readonly string[]
}
export type Listening = { readonly open: number; readonly firstError: string | undefined }

/** Closes every stream that is open. */
export type HangUp = { readonly hangUp: true }
