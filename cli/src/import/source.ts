// What a file of another program says of one server, before it is decided what of it can be a target here. Values of
// headers are held only to be told apart; none of them is ever written.

export type ImportedServer = {
  /** As the file calls it. */
  readonly name: string
  /** Where it stands in the file, for messages. */
  readonly place: string
  readonly reach:
    /** Streamable HTTP, or HTTP with SSE. */
    | { readonly by: 'http'; readonly url: string }
    /** A program on the machine of the client. */
    | { readonly by: 'program'; readonly program: string }
    /** Anything else, in words: `it is …`. */
    | { readonly by: 'other'; readonly words: string }
  readonly headers: readonly ImportedHeader[]
  /** What else the file says of it and nothing here corresponds to, in words. */
  readonly left: readonly string[]
  readonly disabled: boolean
}

export type ImportedHeader = {
  readonly name: string
  /** What stands before the secret. */
  readonly prefix: string
  /** The environment variable that holds the secret; `undefined`: a literal, or a question to the user. */
  readonly variable: string | undefined
}

export type Recognised = {
  /** Such as `VS Code`. */
  readonly format: string
  readonly servers: readonly ImportedServer[]
  /** What the file says of the whole and nothing here corresponds to, in words. */
  readonly left: readonly string[]
}
