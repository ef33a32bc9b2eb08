// A room of the sample world as a process of its own. Started by the world it gets its settings as a message and
// says when it is ready; started by hand it takes them as JSON and prints the same on one line.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

type Started = { readonly ready: object; readonly stop: () => Promise<void> }
type Message = { readonly settings?: unknown; readonly ready?: unknown; readonly failed?: string }

export type Room<Ready> = {
  readonly ready: Ready
  readonly pid: number
  readonly stop: () => Promise<void>
}

const READY_WITHIN_MS = 20_000
const STOP_WITHIN_MS = 3_000

/** The body of a room's main file. */
export async function runRoom(start: (settings: never) => Promise<Started>): Promise<void> {
  const settings = process.send === undefined ? settingsByHand() : await settingsFromWorld()
  const room = await start(settings as never).catch((error: unknown) => {
    process.send?.({ failed: String(error) } satisfies Message)
    throw error
  })
  const end = () => void room.stop().finally(() => process.exit(0))
  process.once('SIGTERM', end)
  // Ctrl-C reaches every process of a group: a world ends its rooms itself, in its own order.
  process.on('SIGINT', process.send === undefined ? end : () => undefined)
  // A room does not outlive its world.
  process.once('disconnect', end)
  process.send?.({ ready: room.ready } satisfies Message)
  if (process.send === undefined) process.stdout.write(`${JSON.stringify({ ready: room.ready })}\n`)
}

/** Starts a room's main file as a child process and waits until it is ready. */
export async function openRoom<Ready>(entry: URL, settings: object): Promise<Room<Ready>> {
  const child = fork(entry, [], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  child.send({ settings } satisfies Message)
  const message = await firstMessage(child)
  if (message.ready === undefined) {
    child.kill()
    throw new Error(`${entry.pathname} did not start: ${message.failed ?? 'no answer'}`)
  }
  return { ready: message.ready as Ready, pid: child.pid ?? 0, stop: () => endOf(child) }
}

async function firstMessage(child: ChildProcess): Promise<Message> {
  const timeout = AbortSignal.timeout(READY_WITHIN_MS)
  const message = once(child, 'message', { signal: timeout })
  const exit = once(child, 'exit', { signal: timeout })
  const ended = exit.then(([code]) => [{ failed: `ended with ${String(code)}` }])
  const [first] = (await Promise.race([message, ended])) as [Message]
  // The one that lost the race is still waiting for its time to be up.
  message.catch(() => undefined)
  ended.catch(() => undefined)
  return first
}

async function endOf(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const hard = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
  await ended
  clearTimeout(hard)
}

async function settingsFromWorld() {
  const [message] = (await once(process, 'message')) as [Message]
  return message.settings
}

function settingsByHand(): unknown {
  return JSON.parse(process.argv[2] ?? '{}')
}
