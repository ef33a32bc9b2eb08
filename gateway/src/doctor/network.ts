// Contact with others, step by step: name, connection, TLS. Each host and each origin is looked at once, whoever asks for
// it, and each step is a finding of its own, so that a name that does not resolve is never told as a server that refuses.
import { wayOf, type Outward } from '../net/outward.ts'
import { reach, type Reached, type ReachStep } from '../net/reach.ts'
import type { Resolve } from '../net/lookup.ts'
import { expiryWarning } from '../secrets/tls-material.ts'
import {
  good,
  notLookedAt,
  warning,
  wrong,
  type Cause,
  type Check,
  type Finding,
} from './finding.ts'

export type Contact = {
  /** Empty where the same place was told before. */
  readonly findings: readonly Finding[]
  readonly reached: boolean
}

/** `allowance`: the setting that would let us go there, in words. Never rejects. */
export type LookAtNetwork = (
  url: string,
  rules: {
    readonly allowAddresses: readonly string[]
    readonly allowance: string
    readonly outward?: Outward
  },
) => Promise<Contact>

const STEP_MS = 5_000

export function createNetwork(parts: {
  readonly nowMs: () => number
  readonly resolve?: Resolve
}): LookAtNetwork {
  const known = new Map<string, Promise<Reached>>()
  const { nowMs, ...more } = parts
  return async (text, { allowAddresses, allowance, outward = {} }) => {
    const url = new URL(text)
    const key = [url.origin, ...allowAddresses, wayOf(outward)].join(' ')
    const before = known.get(key)
    const reaching = before ?? reach(url, { allowAddresses, outward, timeoutMs: STEP_MS, ...more })
    known.set(key, reaching)
    const reached = await reaching
    const findings =
      'failed' in reached ? failed(url, reached, allowance) : fine(url, reached, nowMs())
    return { findings: before === undefined ? findings : [], reached: !('failed' in reached) }
  }
}

function fine(url: URL, { addresses, tls }: Extract<Reached, { tls: unknown }>, nowMs: number) {
  const steps = [
    good('name', url.hostname, addresses.join(', ')),
    good('connection', url.origin, 'it takes connections'),
  ]
  if (tls === undefined) return steps
  const { protocol, certificate } = tls
  const { subject, issuer, expiresAtMs } = certificate
  const until = new Date(expiresAtMs).toISOString().slice(0, 10)
  const seen = `${protocol}, certificate of ${subject} by ${issuer}, valid until ${until}`
  const days = expiryWarning(expiresAtMs, nowMs)
  const secured =
    days === undefined
      ? good('tls', url.origin, seen)
      : warning('tls', url.origin, seen, 'tell those who run it that their certificate ends soon')
  return [...steps, secured]
}

const ORDER: readonly ReachStep[] = ['name', 'allowed', 'connection', 'tls']
const CHECKS: Readonly<Record<ReachStep, Check>> = {
  name: 'name',
  allowed: 'name',
  connection: 'connection',
  tls: 'tls',
}
const CAUSES: Readonly<Record<ReachStep, Cause>> = {
  name: 'name_not_resolved',
  allowed: 'not_allowed',
  connection: 'cannot_reach',
  tls: 'tls_failed',
}

function failed(
  url: URL,
  { failed: step, seen }: Extract<Reached, { failed: unknown }>,
  allowance: string,
): readonly Finding[] {
  const about = (check: Check) => (check === 'name' ? url.hostname : url.origin)
  const at = CHECKS[step]
  const steps = [...new Set(ORDER.map((one) => CHECKS[one]))]
  const position = steps.indexOf(at)
  return steps
    .filter((check) => check !== 'tls' || url.protocol === 'https:')
    .map((check, index) => {
      if (index < position) return good(check, about(check), 'it stands')
      if (index > position) return notLookedAt(check, about(check), `the ${at} does not stand`)
      return wrong(check, about(check), CAUSES[step], seen, fixOf(step, url, allowance))
    })
}

function fixOf(step: ReachStep, url: URL, allowance: string): string {
  switch (step) {
    case 'allowed':
      return `private addresses must be spelled out: ${allowance}`
    case 'name':
      return `look it up with \`getent hosts ${url.hostname}\`; correct the name, or the resolver of this machine`
    case 'connection':
      return 'see whether it runs, and whether a firewall or a route stands between it and this machine'
    case 'tls':
      return 'the certificate must be valid for this name and lead to an authority that is trusted here: `tls.authorities` names your own; TLS 1.2 at least'
  }
}
