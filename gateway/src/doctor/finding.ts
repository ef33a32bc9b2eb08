// What `sallyport doctor` finds (ux §3): of each thing its state, what was seen, and what to do. Where another machine is
// involved, the cause tells apart who is to be asked: the resolver, the network, the certificate, or the one who answers.

export type Check =
  | 'node'
  | 'state folder'
  | 'store'
  | 'audit disk'
  | 'port'
  | 'certificate'
  | 'gateway'
  | 'name'
  | 'connection'
  | 'tls'
  | 'metadata'
  | 'keys'
  | 'clock'
  | 'signer'
  | 'anchor'
  | 'sink'
  | 'target'

export type Cause =
  /** A setting of ours does not let us go there. */
  | 'not_allowed'
  /** The name has no address, or nobody answers for it. */
  | 'name_not_resolved'
  /** Nobody takes the connection, or it breaks. */
  | 'cannot_reach'
  | 'tls_failed'
  /** It was reached, and says no to us: 401, 403. */
  | 'was_refused'
  /** It was reached, and answers something else than it should. */
  | 'wrong_answer'
  /** Something of this machine. */
  | 'here'

/** `not looked at`: what comes before it did not hold. */
export type State = 'good' | 'warning' | 'wrong' | 'not looked at'

export type Finding = {
  readonly check: Check
  /** What of that kind: a URL, a path, the id of a target. */
  readonly about: string
  readonly state: State
  readonly cause?: Cause
  /** One sentence without its end; parts of it may come from others. */
  readonly seen: string
  readonly fix?: string
}

export function good(check: Check, about: string, seen: string): Finding {
  return { check, about, state: 'good', seen }
}

export function warning(check: Check, about: string, seen: string, fix: string): Finding {
  return { check, about, state: 'warning', seen, fix }
}

export function wrong(
  check: Check,
  about: string,
  cause: Cause,
  seen: string,
  fix: string,
): Finding {
  return { check, about, state: 'wrong', cause, seen, fix }
}

export function notLookedAt(check: Check, about: string, seen: string): Finding {
  return { check, about, state: 'not looked at', seen }
}
