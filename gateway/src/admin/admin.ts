// The operator's API: Hono over a unix socket of mode 0600 in the state folder. Never on the network, not even on
// loopback. It reaches stages through their operator files alone; what it changes is recorded before it takes effect.
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { createServer, type Server } from 'node:http'
import { chmodSync, renameSync, rmSync, statSync } from 'node:fs'
import type { Context } from 'hono'
import { DEFAULT_JSON_LIMITS, readJson } from '../json/read.ts'
import { NOT_ALLOWED_STATUS, NotAllowed } from './not-allowed.ts'
import type { Orders } from './order.ts'
import type { SwitchOrders } from './switch-orders.ts'

/** What the composition root lends to the socket. Each part rejects with an Error in words for the operator. */
export type AdminParts = SwitchOrders & {
  readonly status: () => Readonly<Record<string, unknown>>
  /** Records of one request, oldest first. */
  readonly why: (requestId: string) => Promise<readonly unknown[]>
  /** Calls back with each new record as one line; returns what stops it. */
  readonly tail: (line: (text: string) => void) => () => void
  readonly explain: (question: unknown) => Promise<unknown>
  readonly revoke: (order: unknown) => Promise<unknown>
  readonly reload: () => Promise<unknown>
  /** By path. */
  readonly orders: Orders
}

export type Admin = { readonly path: string; readonly close: () => Promise<void> }

export async function listenAdmin(path: string, parts: AdminParts): Promise<Admin> {
  const listener = getRequestListener(routes(parts).fetch)
  const server = createServer((request, response) => void listener(request, response))
  // Bound under a name of this process and then renamed: two processes overlap during a restart, and closing the
  // old one removes the name that it was bound to, not the one that the new one has taken.
  const own = `${path}.${process.pid}`
  rmSync(own, { force: true })
  const umask = process.umask(0o177) // no window between creation and chmod
  try {
    await listening(server, own)
  } finally {
    process.umask(umask)
  }
  chmodSync(own, 0o600)
  const { ino } = statSync(own)
  renameSync(own, path)
  return {
    path,
    async close() {
      if (statSync(path, { throwIfNoEntry: false })?.ino === ino) rmSync(path, { force: true })
      await closed(server)
    },
  }
}

function routes(parts: AdminParts): Hono {
  const app = new Hono()
  app.get('/status', (context) => context.json(parts.status()))
  app.get('/why/:id', async (context) =>
    context.json({ records: await parts.why(context.req.param('id')) }),
  )
  app.get(
    '/tail',
    () => new Response(lines(parts), { headers: { 'content-type': 'application/x-ndjson' } }),
  )
  app.post('/explain', async (context) =>
    context.json((await parts.explain(await body(context))) as object),
  )
  app.post('/revoke', async (context) =>
    context.json((await parts.revoke(await body(context))) as object),
  )
  app.get('/disabled', (context) => context.json(parts.disabled()))
  app.post('/disable', async (context) => context.json(await parts.disable(await body(context))))
  app.post('/enable', async (context) => context.json(await parts.enable(await body(context))))
  for (const [path, give] of parts.orders) {
    app.post(path, async (context) => context.json(await give(await body(context))))
  }
  app.post('/reload', async (context) => context.json((await parts.reload()) as object))
  app.notFound((context) => context.json({ error: 'there is nothing at this path' }, 404))
  app.onError((error, context) =>
    error instanceof NotAllowed
      ? context.json({ error: error.message, fix: error.fix }, NOT_ALLOWED_STATUS[error.because])
      : context.json({ error: error.message }, 400),
  )
  return app
}

async function body(context: Context): Promise<unknown> {
  // The strict reader, as on the data path: what is explained is what would be decided, numbers exact.
  const read = readJson(Buffer.from(await context.req.arrayBuffer()), DEFAULT_JSON_LIMITS)
  if ('failure' in read)
    throw new Error(`the body is not strict JSON: ${read.failure} at byte ${read.offset}`)
  return read.value
}

function lines(parts: AdminParts): ReadableStream {
  let stop: (() => void) | undefined
  const encoder = new TextEncoder()
  return new ReadableStream({
    start(controller) {
      stop = parts.tail((text) => {
        // A reader that does not keep up loses lines, never memory of ours.
        if ((controller.desiredSize ?? 0) > -1024) controller.enqueue(encoder.encode(`${text}\n`))
      })
    },
    cancel: () => stop?.(),
  })
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => resolve())
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
