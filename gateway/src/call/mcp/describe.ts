// What a target offers, asked off the path: of the modern era by `server/discover`, and then list by list (list-offers.ts;
// MCP 2026-07-28). Raw definitions, bounded in bytes; names, pins and quarantine are catalogue/'s. A target that knows only older revisions is told apart, for legacy/ to ask in their way.
import type { Credential } from '../../credential/credential.ts'
import { readJson } from '../../json/read.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import type { Description } from '../connector.ts'
import type { Outcome } from '../outcome.ts'
import { exchange } from './exchange.ts'
import type { ExchangePlan } from './exchange.ts'
import { listOffers, type Ask } from './list-offers.ts'
import { ownRequest } from './request.ts'

const REVISION = '2026-07-28'
const META: JsonObject = {
  'io.modelcontextprotocol/protocolVersion': REVISION,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'sallyport', version: '1' },
}
const MAX_BYTES = 32 * 1_024 * 1_024
// -32601: no such method; -32022: another revision; -32000, -32001 and -32600: no session, as old servers say it;
// -32602: Python's, of a method that they do not know.
const OLD_CODES = new Set<JsonValue | undefined>([-32601, -32022, -32000, -32001, -32600, -32602])
const LIMITS = { depth: 64, nodes: 2_000_000, numberLength: 1_024 }

/** The target does not speak the modern revision. */
export class OldEra extends Error {
  override readonly name = 'OldEra'

  constructor(seen: string) {
    super(`the target does not speak revision ${REVISION} (${seen})`)
  }
}

/** Rejects with a plain Error in words for the operator. */
export async function describeTarget(
  plan: ExchangePlan,
  credential: Credential,
  signal: AbortSignal,
): Promise<Description> {
  const ask = asking(plan, credential, signal)
  const offers = await listOffers(ask, await discover(ask))
  return { ...offers, speaks: { revision: REVISION, transport: 'streamable-http' } }
}

/** Settles with the target's capabilities; rejects with OldEra where it does not speak the modern revision. */
async function discover(ask: Ask): Promise<JsonValue | undefined> {
  const discovered = await ask('server/discover', {})
  const versions = discovered['supportedVersions']
  if (!Array.isArray(versions) || !versions.includes(REVISION)) {
    throw new OldEra('it does not list it')
  }
  return discovered['capabilities']
}

/** Only whether the target speaks the modern revision. */
export async function discoverTarget(
  plan: ExchangePlan,
  credential: Credential,
  signal: AbortSignal,
): Promise<void> {
  await discover(asking(plan, credential, signal))
}

function asking(plan: ExchangePlan, credential: Credential, signal: AbortSignal): Ask {
  const { connectionKey } = credential
  let bytes = 0
  let asked = 0
  return async (method, params) => {
    asked += 1
    const id = `describe-${asked}`
    const request = ownRequest(id, method, { ...params, _meta: META }, REVISION, credential)
    const outcome = await exchange({ ...plan, connectionKey }, request, id, META, signal)
    if (signal.aborted) throw new Error(`${method}: no answer in time`)
    const body = bodyOf(outcome, method)
    bytes += body.length
    if (bytes > MAX_BYTES) throw new Error(`the description is larger than ${MAX_BYTES} bytes`)
    return resultOf(body, method)
  }
}

function bodyOf(outcome: Outcome, method: string): Buffer {
  switch (outcome.kind) {
    case 'result':
      return outcome.body
    case 'refused': {
      const { status } = outcome.facts
      // Servers of the old era answer an unknown method without a session with one of these.
      const old = status === 400 || status === 404 || status === 405 || status === 406
      if (method === 'server/discover' && old) throw new OldEra(`status ${status}`)
      throw new Error(`${method}: ${outcome.refusal.reason ?? outcome.refusal.refused}`, {
        cause: outcome.refusal,
      })
    }
    case 'input':
      throw new Error(`${method}: the target asks for input`)
    case 'stream':
      // Nothing was asked for that could be streamed.
      throw new Error(`${method}: the target streams what it was not asked for`)
    default:
      return outcome satisfies never
  }
}

function resultOf(body: Buffer, method: string): JsonObject {
  const read = readJson(body, LIMITS)
  const message = 'value' in read && isObject(read.value) ? read.value : undefined
  const result = message?.['result']
  if (isObject(result)) return result
  const error = message?.['error']
  const code = isObject(error) ? error['code'] : undefined
  if (method === 'server/discover' && OLD_CODES.has(code))
    throw new OldEra(`error ${JSON.stringify(code)}`)
  throw new Error(`${method}: the target answered error ${typeof code === 'number' ? code : '?'}`)
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
