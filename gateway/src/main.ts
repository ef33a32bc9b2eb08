// Starts a gateway from a configuration file as a process of its own: problems are printed and end with 78 (EX_CONFIG),
// SIGTERM and SIGINT drain, an exception that nobody caught ends the process (F-25).
import { writeSync } from 'node:fs'
import { processEnvironment } from './config/environment.ts'
import { loadConfig } from './config/load.ts'
import { renderProblems } from './config/render-problems.ts'
import { startGateway, type Gateway } from './app.ts'
import { standardOutput } from './observe/log-stream.ts'
import { redactText } from './secrets/redaction.ts'
import { exitOnFatal } from './system/fatal.ts'

export const EXIT_CONFIG = 78
const EXIT_FAILED = 1

/** Runs until a signal ends it; `started` is called once it is ready. */
export async function serve(
  file: string,
  { takeOver = false }: { readonly takeOver?: boolean } = {},
  started: (gateway: Gateway) => void = () => {},
): Promise<void> {
  const stream = standardOutput()
  exitOnFatal({
    report(error, origin) {
      stream.flush()
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      const line = { level: 60, msg: 'fatal', origin, error: redactText(text) }
      writeSync(process.stderr.fd, `${JSON.stringify(line)}\n`)
    },
  })
  // Taken from the first moment on: who ends a gateway that still starts means it. A second signal does not wait.
  const signal = Promise.withResolvers<void>()
  let signalled = false
  const onSignal = (): void => {
    if (signalled) process.exit(EXIT_FAILED)
    signalled = true
    signal.resolve()
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  const environment = processEnvironment()
  const loaded = await loadConfig(file, environment)
  if ('problems' in loaded) {
    process.stderr.write(renderProblems(loaded.problems, process.stderr.isTTY))
    process.exit(EXIT_CONFIG)
  }
  const gateway = await startGateway({ loaded, environment, stream, takeOver }).catch(
    (error: unknown) => {
      process.stderr.write(
        `the gateway cannot start\n${error instanceof Error ? error.message : String(error)}\n`,
      )
      process.exit(EXIT_FAILED)
    },
  )
  // One that is not known to anybody yet has nothing to finish.
  const patience = signalled ? { serveOnMs: 0, finishMs: 0 } : undefined
  if (!signalled) started(gateway)
  await Promise.race([signal.promise, gateway.followed])
  signalled = true
  await gateway.close(patience).catch(() => process.exit(EXIT_FAILED))
  stream.flush()
}
