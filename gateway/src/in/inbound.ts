// The products of the stage `in`. Only `in/` constructs them (checked by the import rules): whoever holds
// a Head knows that the request line and headers are clean, whoever holds an Inbound knows that the body
// is one strict JSON-RPC message whose mirrored headers equal it (MCP 2026-07-28, transports/streamable-http), of the
// modern era, or of a session of the old one and put into the shape of the modern.
import type { JsonObject, RpcId } from '../json/value.ts'

/** An MCP endpoint of the route table. */
export type McpRoute = {
  /** `undefined`: the aggregate endpoint; otherwise the id of the one target. */
  readonly target: string | undefined
  /** The canonical resource identifier (RFC 8707 §2) of this endpoint, without trailing slash. */
  readonly resource: string
  /** Absolute URL of this endpoint's protected resource metadata (RFC 9728 §3.1), from `publicUrl`. */
  readonly metadataUrl: string
  /** The oldest revision that clients may speak here. */
  readonly minProtocol: string
}

/** What a session of the old era says once and for all of its requests. */
export type SessionTerms = {
  /** 128 bits, of the gateway: no part of what the client holds. */
  readonly name: string
  /** Wall clock, milliseconds. */
  readonly openedMs: number
  readonly protocolVersion: string
  /** As the client declared them. */
  readonly clientCapabilities: JsonObject
  readonly clientInfo: JsonObject | undefined
  readonly logLevel: string | undefined
}

/** A public document of the route table: protected resource metadata (RFC 9728 §2). */
export type MetadataRoute = {
  readonly kind: 'metadata'
  /** The resource that the document names: byte for byte the URL that a client connects to. */
  readonly resource: string
}

/** Every path that is served, exactly; anything else is 404 (O-34, H-05). */
export type RouteTable = ReadonlyMap<
  string,
  { readonly kind: 'mcp'; readonly mcp: McpRoute } | MetadataRoute
>

/** What is answered without a token: a preflight (Fetch §3.3) or a public document. */
export type PublicRequest =
  | {
      readonly kind: 'preflight'
      readonly allow: string
      /** The allowed origin that asks; `undefined`: no origin was named. */
      readonly origin: string | undefined
      /** `Mcp-Param-*` names out of `Access-Control-Request-Headers`. */
      readonly paramHeaders: readonly string[]
    }
  | {
      readonly kind: 'metadata'
      readonly resource: string
      readonly method: 'GET' | 'HEAD'
      readonly origin: string | undefined
    }

/** A clean request line and clean headers; nothing is known of the sender or the body. */
export class Head {
  readonly #checked = true
  readonly kind = 'mcp'
  readonly requestId: string
  readonly route: McpRoute
  readonly method: string
  /** Lower-case name to the one value: an allow-list, so identity and forwarding headers are not in it (H-01). */
  readonly headers: ReadonlyMap<string, string>
  /** Names out of `mcp-*` that came more than once; `undefined`: none. */
  readonly repeatedMirrors: ReadonlySet<string> | undefined
  /** Address of the peer's socket. */
  readonly peerAddress: string
  /** Milliseconds on the monotonic clock when the headers were complete. */
  readonly arrivedMonotonicMs: number

  constructor(
    fields: Omit<Head, 'kind' | 'repeatedMirrors'> & {
      readonly repeatedMirrors?: ReadonlySet<string> | undefined
    },
  ) {
    this.requestId = fields.requestId
    this.route = fields.route
    this.method = fields.method
    this.headers = fields.headers
    this.repeatedMirrors = fields.repeatedMirrors
    this.peerAddress = fields.peerAddress
    this.arrivedMonotonicMs = fields.arrivedMonotonicMs
  }

  static is(value: object): value is Head {
    return #checked in value
  }
}

/** One request or notification in the shape of the modern era, parsed once. */
export class Inbound {
  readonly #checked = true
  readonly head: Head
  /** `undefined` on a notification. */
  readonly id: RpcId | undefined
  readonly method: string
  readonly params: JsonObject
  /** `params._meta` as sent; of a session, with what a modern request says there of itself. */
  readonly meta: JsonObject
  /** Of the shape, not of the session. */
  readonly protocolVersion: string
  /** `undefined`: of the modern era. */
  readonly session: SessionTerms | undefined
  /** `Mcp-Param-*` headers, lower-case name to the value as sent; declared ones are compared after visibility. */
  readonly paramHeaders: ReadonlyMap<string, string>

  get era(): 'modern' | 'legacy' {
    return this.session === undefined ? 'modern' : 'legacy'
  }

  constructor(fields: Omit<Inbound, 'era'>) {
    this.head = fields.head
    this.id = fields.id
    this.method = fields.method
    this.params = fields.params
    this.meta = fields.meta
    this.protocolVersion = fields.protocolVersion
    this.session = fields.session
    this.paramHeaders = fields.paramHeaders
  }

  static is(value: object): value is Inbound {
    return #checked in value
  }
}
