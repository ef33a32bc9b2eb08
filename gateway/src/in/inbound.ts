// The products of the stage `in`. Only `in/` constructs them (checked by the import rules): whoever holds
// a Head knows that the request line and headers are clean, whoever holds an Inbound knows that the body
// is one strict JSON-RPC message of the modern era whose mirrored headers equal it (MCP 2026-07-28,
// transports/streamable-http).
import type { JsonObject, RpcId } from '../json/value.ts'

/** An MCP endpoint of the route table. */
export type McpRoute = {
  /** `undefined`: the aggregate endpoint; otherwise the id of the one target. */
  readonly target: string | undefined
  /** The canonical resource identifier (RFC 8707 §2) of this endpoint, without trailing slash. */
  readonly resource: string
  /** Absolute URL of this endpoint's protected resource metadata (RFC 9728 §3.1), from `publicUrl`. */
  readonly metadataUrl: string
}

/** A clean request line and clean headers; nothing is known of the sender or the body. */
export class Head {
  readonly #checked = true
  readonly requestId: string
  readonly route: McpRoute
  readonly method: string
  /** Lower-case name to the one value. Identity and forwarding headers of the client are not in it (H-01). */
  readonly headers: ReadonlyMap<string, string>
  /** Address of the peer's socket. */
  readonly peerAddress: string
  /** Milliseconds on the monotonic clock when the headers were complete. */
  readonly arrivedMonotonicMs: number

  constructor(fields: Omit<Head, never>) {
    this.requestId = fields.requestId
    this.route = fields.route
    this.method = fields.method
    this.headers = fields.headers
    this.peerAddress = fields.peerAddress
    this.arrivedMonotonicMs = fields.arrivedMonotonicMs
  }

  static is(value: object): value is Head {
    return #checked in value
  }
}

/** One request or notification of the modern era, parsed once. */
export class Inbound {
  readonly #checked = true
  readonly head: Head
  /** `undefined` on a notification. */
  readonly id: RpcId | undefined
  readonly method: string
  readonly params: JsonObject
  /** `params._meta` as sent. */
  readonly meta: JsonObject
  readonly protocolVersion: string
  /** `Mcp-Param-*` headers, lower-case name to decoded value, for the comparison with the body. */
  readonly paramHeaders: ReadonlyMap<string, string>

  constructor(fields: Omit<Inbound, never>) {
    this.head = fields.head
    this.id = fields.id
    this.method = fields.method
    this.params = fields.params
    this.meta = fields.meta
    this.protocolVersion = fields.protocolVersion
    this.paramHeaders = fields.paramHeaders
  }

  static is(value: object): value is Inbound {
    return #checked in value
  }
}
