// Records as events of the Open Cybersecurity Schema Framework 1.8.0: calls, lists and refusals as API Activity (6003),
// refused and revoked tokens as Authentication (3002). Every member that the schema requires is there; what the record
// has beyond it goes into `unmapped`. Records of the log about itself and the gateway have no event here.
import type { JsonObject, JsonValue } from '../../json/value.ts'
import { isJsonObject } from '../../json/raw-number.ts'
import type { Make } from './make.ts'
import { positionText } from '../position.ts'
import { personalIn, type Values } from '../search/personal-values.ts'

const OCSF_VERSION = '1.8.0'

const API_ACTIVITY = {
  category_uid: 6,
  category_name: 'Application Activity',
  class_uid: 6003,
  class_name: 'API Activity',
}
const AUTHENTICATION = {
  category_uid: 3,
  category_name: 'Identity & Access Management',
  class_uid: 3002,
  class_name: 'Authentication',
}
const ACTIVITY = { logon: 1, logoff: 2, read: 2, other: 99 } as const
const SUCCESS = { status_id: 1, status: 'Success' }
const FAILURE = { status_id: 2, status: 'Failure' }
const UNKNOWN = { status_id: 0, status: 'Unknown' }
const INFORMATIONAL = { severity_id: 1, severity: 'Informational' }
const LOW = { severity_id: 2, severity: 'Low' }
/** OCSF: 6 is OAUTH 2.0. */
const OAUTH = { auth_protocol_id: 6, auth_protocol: 'OAUTH 2.0' }
/** Calls that are under way at once; the oldest is forgotten, and its outcome then tells less. */
const MAX_OPEN = 100_000

type Event = {
  readonly class: typeof API_ACTIVITY | typeof AUTHENTICATION
  readonly activity: number
  readonly members: JsonObject
}

/** One for each log: it remembers the intents whose outcome is still to come. */
export function createOcsf(): Make {
  const open = new Map<number, JsonObject>()
  return (record, position, values) => {
    const intent = intentOf(record, open)
    const event = eventOf(record, intent, values)
    if (event === undefined) return undefined
    const ms = Date.parse(text(record['time']))
    return {
      ...event.class,
      activity_id: event.activity,
      type_uid: event.class.class_uid * 100 + event.activity,
      time: ms,
      metadata: {
        version: OCSF_VERSION,
        product: { name: 'Sallyport', vendor_name: 'Sallyport' },
        log_name: position.log,
        original_time: text(record['time']),
        sequence: position.sequence,
        uid: positionText(position),
        ...(text(record['requestId']) === '' ? {} : { correlation_uid: text(record['requestId']) }),
      },
      ...event.members,
      unmapped: { record },
    }
  }
}

function intentOf(record: JsonObject, open: Map<number, JsonObject>): JsonObject | undefined {
  if (record['kind'] === 'intent') {
    open.set(Number(record['sequence']), record)
    const [oldest] = open.keys()
    if (open.size > MAX_OPEN && oldest !== undefined) open.delete(oldest)
    return undefined
  }
  const intent = object(record['intent'])
  if (record['kind'] !== 'outcome' || intent['instance'] !== record['instance']) return undefined
  const sequence = Number(intent['sequence'])
  const found = open.get(sequence)
  open.delete(sequence)
  return found
}

function eventOf(
  record: JsonObject,
  intent: JsonObject | undefined,
  values: Values,
): Event | undefined {
  switch (text(record['kind'])) {
    case 'outcome': {
      const about = intent ?? record
      const tool = object(about['tool'])
      const members = {
        ...outcomeStatus(text(record['class'])),
        ...apiMembers(about, values, text(tool['name']), text(tool['target'])),
        ...(typeof record['status'] === 'number'
          ? { http_response: { code: record['status'] } }
          : {}),
      }
      return {
        class: API_ACTIVITY,
        activity: ACTIVITY.other,
        members: { activity_name: 'Call', ...members },
      }
    }
    case 'list': {
      const members = { activity_name: 'Read', ...SUCCESS, ...INFORMATIONAL }
      return {
        class: API_ACTIVITY,
        activity: ACTIVITY.read,
        members: { ...members, ...apiMembers(record, values, 'tools/list', '') },
      }
    }
    case 'refusal':
      return refusal(record, values)
    case 'token_revoked': {
      const members = { activity_name: 'Logoff', ...SUCCESS, ...INFORMATIONAL }
      return {
        class: AUTHENTICATION,
        activity: ACTIVITY.logoff,
        members: { ...members, ...authMembers(record, values) },
      }
    }
    default:
      return undefined
  }
}

function refusal(record: JsonObject, values: Values): Event {
  const code = text(record['code'])
  const status = {
    ...FAILURE,
    ...LOW,
    status_code: code,
    status_detail: text(record['reason']) || code,
  }
  if (code.startsWith('identify.')) {
    const members = { activity_name: 'Logon', ...status, ...authMembers(record, values) }
    return { class: AUTHENTICATION, activity: ACTIVITY.logon, members }
  }
  const name = text(object(record['tool'])['name']) || text(record['method']) || 'unknown'
  const members = { activity_name: 'Call', ...status, ...apiMembers(record, values, name, '') }
  return { class: API_ACTIVITY, activity: ACTIVITY.other, members }
}

function outcomeStatus(outcome: string): JsonObject {
  const detail = { status_code: outcome, status_detail: outcome }
  if (outcome === 'ok') return { ...SUCCESS, ...INFORMATIONAL, ...detail }
  return outcome === 'unclear'
    ? { ...UNKNOWN, ...LOW, ...detail }
    : { ...FAILURE, ...LOW, ...detail }
}

/** Required of API Activity: actor, api with its operation, src_endpoint. */
function apiMembers(
  record: JsonObject,
  values: Values,
  operation: string,
  target: string,
): JsonObject {
  const requestId = text(record['requestId'])
  return {
    actor: {
      ...sessionOf(record, values),
      app_uid: text(object(record['who'])['client']) || 'unknown',
      user: userOf(record, values),
    },
    api: {
      operation: operation || 'unknown',
      ...(requestId === '' ? {} : { request: { uid: requestId } }),
      ...(target === '' ? {} : { service: { name: target } }),
    },
    src_endpoint: endpointOf(record, values),
    ...(target === ''
      ? {}
      : { resources: [{ name: operation, type: 'MCP tool', namespace: target }] }),
  }
}

/** Required of Authentication: user, and a service or a destination. */
function authMembers(record: JsonObject, values: Values): JsonObject {
  return {
    ...OAUTH,
    is_remote: true,
    service: { name: 'Sallyport' },
    src_endpoint: endpointOf(record, values),
    user: userOf(record, values),
  }
}

/** With the personal values where they were asked for and are there, else under the key that stands for the person. */
function userOf(record: JsonObject, values: Values): JsonObject {
  const who =
    Object.keys(object(record['about'])).length > 0
      ? object(record['about'])
      : object(record['who'])
  const personal = personalIn(record, values)
  const subject = personal?.['subject']
  const key = text(who['key']) || 'unknown'
  return {
    uid: subject ?? key,
    ...(subject === undefined ? {} : { name: subject }),
    ...(text(who['issuer']) === '' ? {} : { domain: text(who['issuer']) }),
    // OCSF: 1 is a user, 4 a service: a client that calls for itself.
    type_id: who['kind'] === 'client' ? 4 : 1,
  }
}

function sessionOf(record: JsonObject, values: Values): JsonObject {
  const session = personalIn(record, values)?.['session'] ?? text(object(record['who'])['session'])
  return session === '' ? {} : { session: { uid: session } }
}

function endpointOf(record: JsonObject, values: Values): JsonObject {
  const address = personalIn(record, values)?.['address']
  if (address !== undefined) return { ip: address }
  return { uid: text(record['source']) || 'unknown' }
}

function object(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
