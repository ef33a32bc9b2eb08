// A world around gateways that are processes: an issuer whose keys the script holds, a recording target and one folder
// of configuration and state that outlives every process started on it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  startRecordingTarget,
  type RecordingTarget,
} from '@sallyport/sample/recording-target/recording-target.ts'
import { freePort } from '../../bench/src/free-port.ts'
import {
  createCaller,
  readAudit,
  writeConfig,
  type TestGateway,
  type TestGatewayOptions,
} from '../support/gateway.ts'
import { startIssuer, type TestIssuer } from '../support/issuer.ts'
import { startProcess, type GatewayProcess, type ProcessOptions } from './start-process.ts'

/** One person makes all the load here; what limits do to that is another promise. */
const NO_LIMITS = 'rateLimits: { address: off, client: off, person: off, tool: off, target: off }'

export type ProcessWorld = Pick<
  TestGateway,
  'port' | 'publicUrl' | 'resource' | 'folder' | 'configFile' | 'token' | 'raw' | 'call' | 'audit'
> & {
  readonly issuer: TestIssuer
  readonly target: RecordingTarget
  readonly auditFolder: string
  /** Starts a gateway on the folder; those that still run are killed by `stop`. */
  readonly start: (options?: ProcessOptions) => Promise<GatewayProcess>
  readonly stop: () => Promise<void>
}

export async function startProcessWorld(
  options: Omit<TestGatewayOptions, 'clock' | 'folder'> = {},
): Promise<ProcessWorld> {
  const issuer = await startIssuer()
  const target = await startRecordingTarget(options.target)
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-promise-'))
  const auditFolder = join(folder, 'state/audit')
  const port = await freePort()
  // What an option brings may go on with the map of targets.
  const yaml = `${options.yaml ?? ''}\n${NO_LIMITS}`
  const configFile = writeConfig(folder, port, issuer, target, { ...options, yaml })
  const processes: GatewayProcess[] = []
  return {
    port,
    ...createCaller(`http://127.0.0.1:${port}`, issuer, port),
    issuer,
    target,
    folder,
    auditFolder,
    configFile,
    audit: () => readAudit(auditFolder),
    async start(processOptions) {
      const started = await startProcess(configFile, processOptions)
      processes.push(started)
      return started
    },
    async stop() {
      await Promise.all(processes.map((started) => started.kill()))
      await target.stop()
      await issuer.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Runs `use` in such a world and closes it whatever comes. */
export async function inProcessWorld<Result>(
  options: Parameters<typeof startProcessWorld>[0],
  use: (world: ProcessWorld) => Promise<Result>,
): Promise<Result> {
  const world = await startProcessWorld(options)
  try {
    return await use(world)
  } finally {
    await world.stop()
  }
}
