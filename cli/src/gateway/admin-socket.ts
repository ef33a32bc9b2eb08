// The operator's way to a running gateway: HTTP over the unix socket in its state folder. Who may open the
// socket may ask; the file's mode is the lock.
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { JsonObject, JsonValue } from '@sallyport/gateway/json/value.ts'
import { CommandFailure } from '../exit-codes.ts'
import type { ExitName } from '../exit-codes.ts'
import { objectOf, stringOf } from '../mcp/shape.ts'
import { parseExact } from '../terminal/exact-json.ts'

/** One question, one answer. Rejects with a CommandFailure in the gateway's words. */
export async function askGateway(
  stateFolder: string,
  method: 'GET' | 'POST',
  path: string,
  body?: JsonValue,
): Promise<JsonObject> {
  const response = await send(stateFolder, method, path, body)
  return answerOf(response, await text(response))
}

/** Lines as the gateway writes them, until the signal aborts or the gateway ends. */
export async function* linesOfGateway(
  stateFolder: string,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const response = await send(stateFolder, 'GET', path, undefined, signal)
  if (response.statusCode !== 200) answerOf(response, await text(response))
  const lines = createInterface({ input: response, signal })
  try {
    yield* lines
  } catch (failure) {
    if (!signal.aborted) throw failure
  } finally {
    response.destroy()
  }
}

function send(
  stateFolder: string,
  method: string,
  path: string,
  body: JsonValue | undefined,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const socketPath = join(stateFolder, 'admin.sock')
  const payload = body === undefined ? undefined : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const sent = request({
      socketPath,
      method,
      path,
      ...(signal === undefined ? {} : { signal }),
      ...(payload === undefined
        ? {}
        : {
            headers: {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(payload),
            },
          }),
    })
    sent.once('response', resolve)
    sent.once('error', (cause: NodeJS.ErrnoException) => {
      reject(notRunning(socketPath, cause))
    })
    sent.end(payload)
  })
}

function notRunning(socketPath: string, cause: NodeJS.ErrnoException): CommandFailure {
  if (cause.code === 'EACCES') {
    const fix = 'run this as the user that runs the gateway'
    return new CommandFailure('denied', `\`${socketPath}\` may not be opened`, { fix, cause })
  }
  const fix = 'start it with `sallyport serve`, or name its configuration with --config'
  return new CommandFailure('unreachable', `no gateway answers at \`${socketPath}\``, {
    fix,
    cause,
  })
}

function answerOf(response: IncomingMessage, body: string): JsonObject {
  const answer = objectOf(parseExact(body))
  const status = response.statusCode ?? 0
  if (status === 200 && answer !== undefined) return answer
  const said = stringOf(answer?.['error']) ?? `the gateway answered ${status}`
  const fix = stringOf(answer?.['fix'])
  throw new CommandFailure(exitOf(status), said, fix === undefined ? {} : { fix })
}

/** Orders that need a role are answered 401 without a person behind them, and 403 without the role. */
function exitOf(status: number): ExitName {
  if (status >= 500) return 'tryLater'
  if (status === 401) return 'signIn'
  return status === 403 ? 'denied' : 'usage'
}
