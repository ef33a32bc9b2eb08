// The catalogue of every refusal and every fault: one code, one meaning, one wire shape, one fix.
// `docs/errors.md` is generated from here. The table is data; out/ writes it to the wire (protocol: MCP 2026-07-28).
//
// Shapes:
//   http       JSON body {error, error_description, …}; nothing of JSON-RPC was understood yet
//   challenge  the same with WWW-Authenticate (RFC 6750 §3, RFC 9728 §5.1)
//   rpc        JSON-RPC error with the number in `rpc`, on the HTTP status in `status`
//   tool       a result with isError, on 200: the model reads it

export type Audience = 'caller' | 'operator'
type Row = {
  readonly shape: 'http' | 'challenge' | 'rpc' | 'tool'
  readonly status: number
  /** JSON-RPC error code, for shape `rpc`. */
  readonly rpc?: number
  /** OAuth error code, for shape `challenge`; null is the plain challenge of RFC 6750 §3.1. */
  readonly oauth?: string | null
  readonly audience: Audience
  readonly what: string
  readonly fix: string
}

// prettier-ignore
export const REFUSALS = {
  // in: the request itself
  'in.malformed_request': { shape: 'http', status: 400, audience: 'caller', what: 'the request line or a header is malformed', fix: 'send one plain HTTP/1.1 request with an origin-form target' },
  'in.duplicate_header': { shape: 'http', status: 400, audience: 'caller', what: 'a header that may occur once was sent more than once', fix: 'send each header once' },
  'in.unsupported_transfer_coding': { shape: 'http', status: 400, audience: 'caller', what: 'the transfer coding is not supported', fix: 'send `Transfer-Encoding: chunked` or a `Content-Length`' },
  'in.unknown_host': { shape: 'http', status: 421, audience: 'caller', what: 'the Host header names a host that this gateway does not serve', fix: 'connect to the public URL of the gateway' },
  'in.forbidden_origin': { shape: 'http', status: 403, audience: 'caller', what: 'the Origin header names an origin that is not allowed', fix: 'add the origin to `allowedOrigins`, or do not call from a browser page' },
  'in.no_such_route': { shape: 'http', status: 404, audience: 'caller', what: 'there is nothing at this path', fix: 'use the MCP endpoint of the gateway, `/mcp` or `/mcp/<target>`' },
  'in.method_not_allowed': { shape: 'http', status: 405, audience: 'caller', what: 'the HTTP method is not allowed here', fix: 'send POST' },
  'in.unsupported_media_type': { shape: 'http', status: 415, audience: 'caller', what: 'the body is not plain `application/json`', fix: 'send `Content-Type: application/json` and no Content-Encoding' },
  'in.not_acceptable': { shape: 'http', status: 406, audience: 'caller', what: 'the Accept header excludes an answer that may be needed', fix: 'send `Accept: application/json, text/event-stream`' },
  'in.body_too_large': { shape: 'http', status: 413, audience: 'caller', what: 'the body is larger than the limit', fix: 'send less, or raise `limits.bodyBytes`' },
  'in.header_too_large': { shape: 'http', status: 431, audience: 'caller', what: 'the headers are larger than the limit', fix: 'send smaller headers' },
  'in.uri_too_long': { shape: 'http', status: 414, audience: 'caller', what: 'the request target is longer than the limit', fix: 'send a shorter path' },
  'in.overloaded': { shape: 'http', status: 503, audience: 'caller', what: 'the gateway has more to do than it can', fix: 'wait for the seconds of `Retry-After`, then go on more slowly' },
  'in.timeout': { shape: 'http', status: 408, audience: 'caller', what: 'the request did not arrive in time', fix: 'send the whole request at once' },
  'in.invalid_json': { shape: 'rpc', status: 400, rpc: -32700, audience: 'caller', what: 'the body is not strict JSON', fix: 'send one JSON value in UTF-8 without duplicate members, comments, BOM or trailing data' },
  'in.json_too_complex': { shape: 'rpc', status: 400, rpc: -32700, audience: 'caller', what: 'the JSON is nested too deeply or has too many values', fix: 'send a smaller document' },
  'in.number_out_of_range': { shape: 'rpc', status: 400, rpc: -32700, audience: 'caller', what: 'a number is not finite as a double, or too long', fix: 'send the number as a string, or within range' },
  'in.reserved_key': { shape: 'rpc', status: 400, rpc: -32700, audience: 'caller', what: 'a member name is reserved', fix: 'rename the member' },
  'in.invalid_message': { shape: 'rpc', status: 400, rpc: -32600, audience: 'caller', what: 'the body is not exactly one JSON-RPC request or notification', fix: 'send one object with `jsonrpc: "2.0"`, `method`, `params` and, for a request, `id`' },
  'in.invalid_params': { shape: 'rpc', status: 400, rpc: -32602, audience: 'caller', what: 'required members of `params` are missing or of the wrong type', fix: 'send the members that the revision requires, `_meta` with protocol version and client capabilities among them' },
  'in.header_mismatch': { shape: 'rpc', status: 400, rpc: -32020, audience: 'caller', what: 'a mirrored header is missing, repeated, malformed or differs from the body', fix: 'send `MCP-Protocol-Version`, `Mcp-Method`, `Mcp-Name` and declared `Mcp-Param-*` equal to the body' },
  'in.unsupported_version': { shape: 'rpc', status: 400, rpc: -32022, audience: 'caller', what: 'the protocol version is not served here', fix: 'use a version out of `data.supported`' },
  'in.no_such_method': { shape: 'rpc', status: 404, rpc: -32601, audience: 'caller', what: 'the method is not offered by this gateway', fix: 'call `server/discover` to see what is offered' },
  'in.session_required': { shape: 'rpc', status: 400, rpc: -32000, audience: 'caller', what: 'a request of the old era names no session', fix: 'send `initialize` first, and `Mcp-Session-Id` of its answer with every request after it' },
  'in.no_such_session': { shape: 'rpc', status: 404, rpc: -32001, audience: 'caller', what: 'there is no such session, or it has ended', fix: 'send `initialize` again, without `Mcp-Session-Id`' },
  'in.too_many_streams': { shape: 'http', status: 429, audience: 'caller', what: 'this person and client have as many streams open as they may', fix: 'close one of them first' },

  // identify: who is behind it
  'identify.no_token': { shape: 'challenge', status: 401, oauth: null, audience: 'caller', what: 'no access token was sent', fix: 'sign in: the challenge names the metadata of this resource' },
  'identify.token_in_query': { shape: 'challenge', status: 400, oauth: 'invalid_request', audience: 'caller', what: 'credentials in the query are never accepted', fix: 'send the token in the Authorization header' },
  'identify.several_tokens': { shape: 'challenge', status: 400, oauth: 'invalid_request', audience: 'caller', what: 'more than one Authorization header was sent', fix: 'send exactly one' },
  'identify.unsupported_scheme': { shape: 'challenge', status: 401, oauth: 'invalid_request', audience: 'caller', what: 'the authorization scheme is not supported', fix: 'send `Authorization: Bearer <token>`' },
  'identify.malformed_token': { shape: 'challenge', status: 401, oauth: 'invalid_token', audience: 'caller', what: 'the access token is not a well-formed signed JWT', fix: 'send the access token as issued' },
  'identify.unknown_issuer': { shape: 'challenge', status: 401, oauth: 'invalid_token', audience: 'caller', what: 'the token comes from an issuer that this gateway does not trust', fix: 'sign in at the authorization server that the resource metadata names' },
  'identify.unacceptable_algorithm': { shape: 'challenge', status: 401, oauth: 'invalid_token', audience: 'caller', what: 'the signature algorithm is not accepted from this issuer', fix: 'use one of the algorithms configured for the issuer' },
  'identify.unknown_key': { shape: 'challenge', status: 401, oauth: 'invalid_token', audience: 'caller', what: 'the token is signed with a key that the issuer does not publish', fix: 'sign in again' },
  'identify.bad_signature': { shape: 'challenge', status: 401, oauth: 'invalid_token', audience: 'caller', what: 'the signature of the token is wrong', fix: 'sign in again' },
  'identify.wrong_token_type': { shape: 'challenge', status: 401, oauth: 'invalid_token', audience: 'caller', what: 'this is not an access token', fix: 'send the access token, not an ID token or another kind' },
  'identify.invalid_claims': { shape: 'challenge', status: 401, oauth: 'invalid_token', audience: 'caller', what: 'a claim of the token is missing or malformed', fix: 'sign in again; if it stays, the issuer needs another token profile' },
  'identify.wrong_audience': { shape: 'challenge', status: 401, oauth: 'invalid_token', audience: 'caller', what: 'the token was issued for another resource', fix: 'ask the authorization server for a token with this `resource`' },
  'identify.token_expired': { shape: 'challenge', status: 401, oauth: 'invalid_token', audience: 'caller', what: 'the token has expired', fix: 'refresh it or sign in again' },
  'identify.token_not_yet_valid': { shape: 'challenge', status: 401, oauth: 'invalid_token', audience: 'caller', what: 'the token is not valid yet', fix: 'compare the clocks of issuer and gateway' },
  'identify.token_revoked': { shape: 'challenge', status: 401, oauth: 'invalid_token', audience: 'caller', what: 'the token or the session behind it was revoked', fix: 'sign in again' },
  'identify.binding_not_supported': { shape: 'challenge', status: 401, oauth: 'invalid_token', audience: 'caller', what: 'the token is bound to a key, and this version cannot check the binding', fix: 'ask for a token without `cnf`' },
  'identify.machine_not_allowed': { shape: 'challenge', status: 401, oauth: 'invalid_token', audience: 'caller', what: 'machine tokens of this issuer are not accepted', fix: 'sign in as a person, or set `machines: allow` for the issuer' },
  'identify.insufficient_scope': { shape: 'challenge', status: 403, oauth: 'insufficient_scope', audience: 'caller', what: 'the token lacks a scope that this gateway requires', fix: 'ask the authorization server for the scopes of the challenge' },

  // authorize: may they
  'authorize.no_such_tool': { shape: 'rpc', status: 200, rpc: -32602, audience: 'caller', what: 'there is no such tool', fix: 'list the tools and use one of them' },
  'authorize.no_such_prompt': { shape: 'rpc', status: 200, rpc: -32602, audience: 'caller', what: 'there is no such prompt', fix: 'list the prompts and use one of them' },
  'authorize.no_such_resource': { shape: 'rpc', status: 200, rpc: -32602, audience: 'caller', what: 'there is no such resource', fix: 'list the resources and templates and read one of those; a URI is written without escapes that it does not need' },
  'authorize.denied': { shape: 'tool', status: 200, audience: 'caller', what: 'policy does not allow this call with these arguments', fix: 'change the arguments, or ask the owner of the policy with the request id' },
  'authorize.policy_error': { shape: 'tool', status: 200, audience: 'caller', what: 'the policy could not be decided, so the call is denied', fix: 'give the request id to the operator' },
  'authorize.reserved_key': { shape: 'tool', status: 200, audience: 'caller', what: 'an argument name is reserved for the policy engine', fix: 'arguments must not contain `__entity`, `__extn` or `__expr`' },
  'authorize.inconvertible_argument': { shape: 'tool', status: 200, audience: 'caller', what: 'an argument that a policy reads does not fit its declared type', fix: 'send the argument in the type and range of the input schema' },
  'authorize.invalid_arguments': { shape: 'tool', status: 200, audience: 'caller', what: 'the arguments do not fit the input schema of the tool', fix: 'change the argument that is named so that it fits the input schema, and call again' },
  'authorize.tool_changed': { shape: 'tool', status: 200, audience: 'caller', what: 'the definition of the tool has changed since it was approved', fix: 'ask the operator to review the new definition' },
  'authorize.needs_approval': { shape: 'tool', status: 200, audience: 'caller', what: 'a second person must approve this call before it is made', fix: 'wait until it is approved, then repeat the very same call; it goes through once' },
  'authorize.approval_refused': { shape: 'tool', status: 200, audience: 'caller', what: 'the second person who was asked did not approve this call', fix: 'do not repeat it; ask the person who refused it, with the reference' },
  'authorize.approval_not_possible': { shape: 'tool', status: 200, audience: 'caller', what: 'a second person must approve this call, and it cannot be put up for approval', fix: 'send smaller arguments, or wait until fewer of your calls wait' },
  'authorize.access_not_possible': { shape: 'rpc', status: 200, rpc: -32602, audience: 'caller', what: 'access cannot be asked for with this request id', fix: 'make the call again, and ask with the request id of its denial' },
  'authorize.rate_limited': { shape: 'rpc', status: 429, rpc: -32003, audience: 'caller', what: 'too many requests in too short a time', fix: 'wait for the seconds of `data.retryAfter`, then go on more slowly' },
  'authorize.disabled': { shape: 'tool', status: 200, audience: 'caller', what: 'an operator has disabled this', fix: 'do not try again; ask the operator with the request id' },

  // call: the target
  'call.input_required': { shape: 'tool', status: 200, audience: 'caller', what: 'the target asks for further input, which cannot be got here', fix: 'use a client that can answer what is asked, or call a tool that needs no further input' },
  'call.input_not_given': { shape: 'tool', status: 200, audience: 'caller', what: 'the client did not answer what the target asked', fix: 'call again and answer in time' },
  'call.input_not_allowed': { shape: 'tool', status: 200, audience: 'caller', what: 'the target asks for something that the operator has not allowed it to ask for', fix: 'the operator may allow it under `mayAsk` of the target' },
  'call.unsafe_elicitation': { shape: 'tool', status: 200, audience: 'caller', what: 'the target asks the person in a way that is not safe', fix: 'secrets are never asked for in a form, and pages are https on a host out of `mayAsk.urlHosts` of the target' },
  'call.page_to_open': { shape: 'tool', status: 200, audience: 'caller', what: 'the target asks the person to open a page, and the client cannot open it', fix: 'open the page yourself if you trust it, then call again' },
  'call.client_cannot_answer': { shape: 'rpc', status: 400, rpc: -32021, audience: 'caller', what: 'the target asks for something that the client did not declare it can answer', fix: 'declare the capabilities of `data.requiredCapabilities`, or call a tool that needs no further input' },
  'call.request_state_invalid': { shape: 'rpc', status: 200, rpc: -32602, audience: 'caller', what: 'the request state is not the one that was given for this very request', fix: 'call again without `requestState`, and come back with the same name, arguments and sign-in' },
  'call.request_state_expired': { shape: 'rpc', status: 200, rpc: -32602, audience: 'caller', what: 'the request state is too old', fix: 'call again without `requestState`, and answer within ten minutes' },
  'call.breaker_open': { shape: 'tool', status: 200, audience: 'caller', what: 'the target has failed again and again, so it is not called for a moment', fix: 'wait as long as is said here, then call again; nothing was sent to the target' },
  'call.target_busy': { shape: 'tool', status: 200, audience: 'caller', what: 'the target has as many calls as it may have, and no place came free in time', fix: 'call again in a few seconds, with fewer calls at once; nothing was sent to the target' },
  'call.target_unavailable': { shape: 'tool', status: 200, audience: 'caller', what: 'the target could not be reached', fix: 'try again later' },
  'call.target_timeout': { shape: 'tool', status: 200, audience: 'caller', what: 'the target did not answer in time; whether it acted is not known', fix: 'check at the target before repeating a writing call' },
  'call.connection_lost': { shape: 'tool', status: 200, audience: 'caller', what: 'the connection to the target broke before its answer was complete; whether it acted is not known', fix: 'check at the target before repeating a writing call' },
  'call.cancelled': { shape: 'tool', status: 200, audience: 'caller', what: 'the call was cancelled before the target answered; whether it acted is not known', fix: 'check at the target before repeating a writing call' },
  'call.target_refused': { shape: 'tool', status: 200, audience: 'caller', what: 'the target refused the call', fix: 'read the message of the target' },
  'call.target_rejected_credential': { shape: 'tool', status: 200, audience: 'caller', what: 'the target did not accept the credential of the gateway', fix: 'the operator must renew the credential of this target' },
  'call.target_invalid': { shape: 'rpc', status: 200, rpc: -32603, audience: 'caller', what: 'the target broke the protocol', fix: 'give the request id to the owner of the target' },
  'call.result_too_large': { shape: 'tool', status: 200, audience: 'caller', what: 'the answer of the target is larger than the limit', fix: 'ask for less, or raise `limits.resultBytes`' },
  'call.parked_call_lost': { shape: 'tool', status: 200, audience: 'caller', what: 'the call that waited for this answer is gone, after a restart or because its time was up; whether the target acted is not known', fix: 'check at the target, then make the call anew' },
  'call.session_lost': { shape: 'tool', status: 200, audience: 'caller', what: 'the target had lost its session and says that it did nothing; the call was not repeated, because it may not be safe to make twice', fix: 'make the call again; a new session is opened for it' },
  'call.input_declined': { shape: 'tool', status: 200, audience: 'caller', what: 'the person did not agree to what the target asks for before it answers', fix: 'call again when the person agrees' },
} as const satisfies Record<string, Row>

// prettier-ignore
export const FAULTS = {
  'identify.keys_unavailable': { shape: 'rpc', status: 503, rpc: -32000, audience: 'caller', what: 'the keys of the issuer cannot be fetched', fix: 'try again later' },
  'identify.revocations_unavailable': { shape: 'rpc', status: 503, rpc: -32000, audience: 'caller', what: 'the list of revocations cannot be read', fix: 'try again later' },
  'audit.unavailable': { shape: 'rpc', status: 503, rpc: -32000, audience: 'caller', what: 'the audit log cannot be written, so nothing is called', fix: 'try again later' },
  'credential.unavailable': { shape: 'rpc', status: 503, rpc: -32000, audience: 'caller', what: 'the credential for the target cannot be resolved', fix: 'the operator must restore the secret' },
  'store.unavailable': { shape: 'rpc', status: 503, rpc: -32000, audience: 'caller', what: 'the state store does not answer', fix: 'try again later' },
  'gateway.starting': { shape: 'rpc', status: 503, rpc: -32000, audience: 'caller', what: 'the gateway is starting', fix: 'try again in a second' },
  'gateway.internal': { shape: 'rpc', status: 500, rpc: -32603, audience: 'caller', what: 'the gateway failed', fix: 'give the request id to the operator' },
} as const satisfies Record<string, Row>

export type RefusalCode = keyof typeof REFUSALS
export type FaultCode = keyof typeof FAULTS
export type AnswerCode = RefusalCode | FaultCode
export type Answer = Row

export function answerOf(code: AnswerCode): Answer {
  return code in REFUSALS ? REFUSALS[code as RefusalCode] : FAULTS[code as FaultCode]
}
