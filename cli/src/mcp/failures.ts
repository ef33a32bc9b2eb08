// What a server's refusal means for the person: the message, the fix, the exit code. The gateway's own
// answers carry a stable code, a fix and a request id; other servers' are shown as far as they go.
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import { bearerChallenge } from '@sallyport/gateway/oauth/challenge.ts'
import { CommandFailure } from '../exit-codes.ts'
import type { ExitName } from '../exit-codes.ts'
import { shellWord } from '../terminal/shell-word.ts'
import type { OtherAnswer, RpcAnswer } from './answer.ts'
import { objectOf, stringOf } from './shape.ts'

type Answer = RpcAnswer | OtherAnswer

/** 401: nobody is behind the request, or the token is no longer good. */
export function signInFailure(
  response: Response,
  answer: Answer,
  url: URL,
  hadToken: boolean,
): CommandFailure {
  const details = detailsOf(answer)
  const challenge = bearerChallenge(response.headers.get('www-authenticate'))
  const why = challenge?.errorDescription ?? details.message
  const fix = `sallyport login ${shellWord(url.href)}`
  if (!hadToken) {
    return new CommandFailure('signIn', 'the server asks for a sign-in', { ...details.more, fix })
  }
  const message = `the server did not accept the sign-in${why === undefined ? '' : `: ${why}`}`
  return new CommandFailure('signIn', message, { ...details.more, fix })
}

/** 403: the token is good, and not enough. */
export function forbiddenFailure(response: Response, answer: Answer, url: URL): CommandFailure {
  const details = detailsOf(answer)
  const challenge = bearerChallenge(response.headers.get('www-authenticate'))
  const message = challenge?.errorDescription ?? details.message ?? `\`${url.href}\` answered 403`
  if (challenge?.error !== 'insufficient_scope') {
    return new CommandFailure('denied', message, details.more)
  }
  const fix = `sallyport login ${shellWord(url.href)} --scope ${shellWord(challenge.scope ?? '')}`
  return new CommandFailure('signIn', message, { ...details.more, fix })
}

/** Any other status without JSON-RPC in it. */
export function httpFailure(response: Response, other: JsonObject, url: URL): CommandFailure {
  const { status } = response
  const details = detailsOf({ other })
  const why = details.message === undefined ? '' : `: ${details.message}`
  const message = `\`${url.href}\` answered ${status}${why}`
  if (status === 429 || status >= 500) return new CommandFailure('tryLater', message, details.more)
  const fix = 'check the path: this may be no MCP endpoint, or one of an older protocol only'
  return new CommandFailure('protocol', message, { fix, ...details.more })
}

const UNSUPPORTED_VERSION = -32022
const INTERNAL = -32603
const GATEWAY = -32000

/** An error of JSON-RPC, whatever the HTTP status. */
export function rpcFailure(error: JsonObject): CommandFailure {
  const { message, code, more } = detailsOf({ error })
  const supported = objectOf(error['data'])?.['supported']
  if (error['code'] === UNSUPPORTED_VERSION) {
    const named = (Array.isArray(supported) ? supported : [])
      .filter((version) => typeof version === 'string')
      .join(', ')
    return new CommandFailure('protocol', `the server serves other versions only: ${named}`, more)
  }
  let otherwise: ExitName = 'failed'
  if (error['code'] === INTERNAL) otherwise = 'protocol'
  if (error['code'] === GATEWAY) otherwise = 'tryLater'
  return new CommandFailure(
    exitOfCode(code, otherwise),
    message ?? 'the server answered an error',
    more,
  )
}

/** The exit code follows the stage in the gateway's stable codes. */
export function exitOfCode(code: string | undefined, otherwise: ExitName): ExitName {
  if (code === 'authorize.rate_limited') return 'tryLater'
  if (code?.startsWith('authorize.') === true) return 'denied'
  if (code?.startsWith('identify.') === true) return 'signIn'
  return otherwise
}

type Details = {
  readonly message: string | undefined
  readonly code: string | undefined
  readonly more: { readonly code?: string; readonly fix?: string; readonly requestId?: string }
}

function detailsOf(answer: Answer): Details {
  if ('result' in answer) return { message: undefined, code: undefined, more: {} }
  const body = 'error' in answer ? answer.error : answer.other
  const data = 'error' in answer ? (objectOf(answer.error['data']) ?? body) : body
  const code = stringOf(data['code'])
  const { retryAfter } = data
  const fix =
    typeof retryAfter === 'number' ? `try again in ${retryAfter} s` : stringOf(data['fix'])
  const requestId = stringOf(data['request_id'])
  return {
    message: stringOf(body['error_description']) ?? stringOf(body['message']),
    code,
    more: {
      ...(code === undefined ? {} : { code }),
      ...(fix === undefined ? {} : { fix }),
      ...(requestId === undefined ? {} : { requestId }),
    },
  }
}
