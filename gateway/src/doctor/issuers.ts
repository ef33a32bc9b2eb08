// One issuer, as the gateway would ask it: its metadata, its keys, and its clock by the `Date` of its answers (F-12).
// Fetched and judged by what does the same on the path (identify/).
import { discoverKeys, issuerFetch, type IssuerFetch } from '../identify/discovery.ts'
import { readKeySet } from '../identify/key-set.ts'
import type { IssuerSettings } from '../identify/settings.ts'
import { GuardedFetchError } from '../net/guarded-fetch-error.ts'
import type { GuardedFetch } from '../net/guarded-fetch.ts'
import { PRIVATE_ADDRESSES } from '../net/addresses.ts'
import type { Clock } from '../system/clock.ts'
import { SKEW_DOWN_MS, SKEW_WARN_MS } from '../system/clock-skew.ts'
import { good, notLookedAt, warning, wrong, type Cause, type Finding } from './finding.ts'
import type { LookAtNetwork } from './network.ts'

type Parts = {
  readonly look: LookAtNetwork
  readonly fetch: GuardedFetch
  readonly clock: Pick<Clock, 'wallMs'>
}

/** What was answered last, whatever it was. */
type Answered = { status?: number; url?: string; skewMs?: number }

export async function lookAtIssuer(
  settings: IssuerSettings,
  { look, fetch, clock }: Parts,
): Promise<readonly Finding[]> {
  const { issuer, jwksUri } = settings
  const rules = {
    allowAddresses: [
      ...settings.allowAddresses,
      ...(settings.allowInsecureIssuer ? PRIVATE_ADDRESSES : []),
    ],
    allowance: '`allowAddresses` of the issuer',
  }
  const answered: Answered = {}
  const ask = listening(issuerFetch(settings, fetch), answered, clock)
  const contact = await look(issuer, rules)
  const findings: Finding[] = [...contact.findings]
  let keysAt = jwksUri
  if (jwksUri !== undefined) {
    findings.push(good('metadata', issuer, 'not needed: `jwksUri` says where its keys are'))
  } else if (!contact.reached) {
    findings.push(notLookedAt('metadata', issuer, 'the issuer is not reached'))
  } else {
    const found = await discoverKeys(issuer, ask).catch(asError)
    if (typeof found === 'string') {
      keysAt = found
      findings.push(good('metadata', issuer, `its keys are at ${found}`))
    } else findings.push(failed('metadata', issuer, found, answered))
  }
  findings.push(...(await lookAtKeys(keysAt, issuer, { look, ask, rules, answered })))
  return [...findings, clockFinding(issuer, answered.skewMs)]
}

async function lookAtKeys(
  url: string | undefined,
  issuer: string,
  {
    look,
    ask,
    rules,
    answered,
  }: {
    readonly look: LookAtNetwork
    readonly ask: IssuerFetch
    readonly rules: Parameters<LookAtNetwork>[1]
    readonly answered: Answered
  },
): Promise<readonly Finding[]> {
  if (url === undefined) {
    return [notLookedAt('keys', issuer, 'nobody knows where they are')]
  }
  if (!URL.canParse(url)) {
    const fix = 'its `jwks_uri` must be an absolute URL: tell those who run it'
    return [wrong('keys', issuer, 'wrong_answer', `\`${url}\` is no URL`, fix)]
  }
  const contact = await look(url, rules)
  if (!contact.reached) {
    return [...contact.findings, notLookedAt('keys', issuer, 'their place is not reached')]
  }
  const set = await ask(url).then(({ status, body }) => {
    return status === 200 ? readKeySet(body) : new Error(`${url} answered ${status}`)
  }, asError)
  if (set instanceof Error) return [...contact.findings, failed('keys', issuer, set, answered)]
  if (typeof set === 'string') {
    const fix = 'no token of this issuer can be verified: tell those who run it'
    return [...contact.findings, wrong('keys', issuer, 'wrong_answer', `${url}: ${set}`, fix)]
  }
  const seen = `${set.size} at ${url}`
  const some = `${seen}; not used: ${set.leftOut.join(', ')}`
  const fix = 'tokens that are signed with those are refused'
  const finding =
    set.leftOut.length === 0 ? good('keys', issuer, seen) : warning('keys', issuer, some, fix)
  return [...contact.findings, finding]
}

function clockFinding(issuer: string, skewMs: number | undefined): Finding {
  if (skewMs === undefined) return notLookedAt('clock', issuer, 'it has not told the time')
  const off = Math.abs(skewMs)
  // The header is cut to seconds: less than one is nothing.
  const seen =
    off < 1000
      ? 'the clocks of issuer and gateway agree'
      : `the issuer is ${(off / 1000).toFixed(1)} s ${skewMs > 0 ? 'ahead' : 'behind'}`
  const fix =
    'synchronise the clock of this machine (`timedatectl`), or tell those who run the issuer'
  if (off > SKEW_DOWN_MS) return wrong('clock', issuer, 'here', seen, fix)
  return off > SKEW_WARN_MS ? warning('clock', issuer, seen, fix) : good('clock', issuer, seen)
}

/** The same fetch; what is answered is kept. */
function listening(fetch: IssuerFetch, answered: Answered, clock: Parts['clock']): IssuerFetch {
  return async (url) => {
    delete answered.status
    const response = await fetch(url)
    answered.status = response.status
    answered.url = url
    const date = Date.parse(response.headers.get('date') ?? '')
    if (!Number.isNaN(date)) answered.skewMs = date + 500 - clock.wallMs()
    return response
  }
}

function failed(
  check: 'metadata' | 'keys',
  issuer: string,
  error: Error,
  { status }: Answered,
): Finding {
  const cause = status === undefined ? causeOf(error) : statusCause(status)
  const answer = status === undefined ? '' : ` (the last answer was ${status})`
  const fix =
    cause === 'was_refused'
      ? 'these documents are public: something before the issuer wants to know who asks'
      : cause === 'cannot_reach'
        ? 'see whether the issuer is up; existing keys are used for a while'
        : '`issuer` must be copied from the metadata byte for byte; it may have a path or a slash at the end'
  return wrong(check, issuer, cause, `${error.message}${answer}`, fix)
}

export function statusCause(status: number): Cause {
  return status === 401 || status === 403 ? 'was_refused' : 'wrong_answer'
}

/** Of a fetch that brought no answer, or one that is not taken. */
function causeOf(error: Error): Cause {
  if (!(error instanceof GuardedFetchError)) return 'wrong_answer'
  switch (error.reason) {
    case 'unreachable':
    case 'timeout':
    case 'busy':
      return 'cannot_reach'
    case 'url':
    case 'scheme':
    case 'port':
    case 'address':
      return 'not_allowed'
    case 'redirect':
    case 'encoding':
    case 'media_type':
    case 'too_large':
      return 'wrong_answer'
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
