// A JSON value as the gateway holds it after the strict scan: what JSON.parse makes, but that a number
// whose text a double does not reproduce is a raw number (`JSON.rawJSON`), so that JSON.stringify
// writes the very text that was read (MCP: numbers are never altered; attacks M-28).

/** What `JSON.rawJSON(text)` returns: frozen, null prototype, one property. Test with `JSON.isRawJSON`. */
// An interface, so that it is not assignable to JsonObject: narrowing tells the two apart.
export interface RawNumber {
  readonly rawJSON: string
}

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | RawNumber
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue }
export type JsonObject = { readonly [member: string]: JsonValue }

/** JSON-RPC 2.0 ids that MCP allows: a string or a number, never null. A number may be raw. */
export type RpcId = string | number | RawNumber
