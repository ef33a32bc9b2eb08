// `sallyport dev`: the sample world and a gateway in front of it, on loopback, until interrupted. People and
// targets are samples; authentication, policies and audit are those of production.
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { devConfig, inspectorConfig } from '../dev/dev-config.ts'
import { openDevFolder } from '../dev/dev-folder.ts'
import type { DevFolder } from '../dev/dev-folder.ts'
import { devData, devText } from '../dev/dev-text.ts'
import type { DevFacts } from '../dev/dev-text.ts'
import { freePort, portAsBefore } from '../dev/free-port.ts'
import { loadChecked } from '../gateway/load-checked.ts'
import { jsonText } from '../terminal/exact-json.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { wholeNumber } from './values.ts'

type DevOptions = { readonly folder?: string; readonly port: number }

const DESCRIBED_MS = 30_000

export const dev: Command<DevOptions> = {
  examples: ['sallyport dev', 'sallyport dev --folder ./acme', 'sallyport dev --port 0 --json'],
  define: (command) => {
    command
      .option(
        '--folder <folder>',
        'keep configuration, policies and state here; otherwise temporary',
      )
      .option(
        '--port <number>',
        'port of the gateway; another one where it is taken',
        wholeNumber(65535),
        8443,
      )
  },
  run: async ({ options, terminal, json }) => {
    const folder = await openDevFolder(options.folder)
    try {
      const running = await startAll(folder, options.port, terminal)
      terminal.out(
        json ? `${jsonText(devData(running.facts))}\n` : devText(running.facts, terminal),
      )
      terminal.note('Running. Ctrl-C ends it.\n')
      await untilInterrupted(terminal)
      await running.close()
    } finally {
      await folder.close()
    }
    return exitCode('ok')
  },
}

type Running = { readonly facts: DevFacts; readonly close: () => Promise<void> }

async function startAll(folder: DevFolder, wished: number, terminal: Terminal): Promise<Running> {
  const [{ startWorld }, { startNotary }, { startGateway }] = await Promise.all([
    import('@sallyport/sample/world.ts'),
    import('../dev/dev-notary.ts'),
    import('@sallyport/gateway/app.ts'),
  ])
  const port = await freePort(wished)
  // Who is disabled or in the log is so by issuer: the same one from start to start.
  const issuerFile = join(folder.path, 'issuer.port')
  const issuerPort = await portAsBefore(issuerFile)
  const mcpUrl = `http://127.0.0.1:${port}/mcp`
  const [world, notary] = await bothOrNone(
    startWorld({
      gatewayResources: [mcpUrl, `${mcpUrl}/market`, `${mcpUrl}/documents`],
      identityProvider: { port: issuerPort },
    }),
    startNotary(folder),
  )
  const stop = async (): Promise<void> => {
    await Promise.all([world.stop(), notary.stop()])
  }
  const log = createWriteStream(join(folder.path, 'gateway.log'), { flags: 'a', mode: 0o600 })
  try {
    const { issuer, marketUrl, documentsUrl, people } = world
    await folder.write(
      folder.configFile,
      devConfig({ port, issuer, marketUrl, documentsUrl, notary }),
    )
    await folder.write(folder.inspectorFile, inspectorConfig(mcpUrl))
    await folder.write(issuerFile, `${new URL(issuer).port}\n`)
    const gateway = await startGateway({
      loaded: await loadChecked(folder.configFile, terminal),
      environment: terminal.environment,
      stream: log,
    })
    // A gateway that took its place goes on with this world.
    void gateway.followed.then(() => gateway.close())
    // What is listed next must be there: a busy machine takes its time to ask both servers.
    await Promise.race([gateway.described, setTimeout(DESCRIBED_MS, undefined, { ref: false })])
    const { configFile, inspectorFile } = folder
    const operationsUrl = `http://127.0.0.1:${gateway.operationsPort}`
    return {
      facts: { mcpUrl, issuer, operationsUrl, configFile, inspectorFile, people },
      close: async () => {
        // Nobody balances load in front of a development gateway: it stops at once.
        await gateway.close({ serveOnMs: 0, finishMs: 1000 })
        await stop()
        log.end()
      },
    }
  } catch (failure) {
    await stop()
    log.end()
    throw failure
  }
}

/** Where one does not start, the other is stopped. */
async function bothOrNone<One extends Stoppable, Other extends Stoppable>(
  one: Promise<One>,
  other: Promise<Other>,
): Promise<[One, Other]> {
  try {
    return await Promise.all([one, other])
  } catch (failure) {
    for (const started of await Promise.allSettled([one, other])) {
      if (started.status === 'fulfilled') await started.value.stop()
    }
    throw failure
  }
}

type Stoppable = { readonly stop: () => Promise<void> }

function untilInterrupted(terminal: Terminal): Promise<void> {
  return new Promise((resolve) => {
    if (terminal.interrupted.aborted) resolve()
    terminal.interrupted.addEventListener('abort', () => {
      resolve()
    })
  })
}
