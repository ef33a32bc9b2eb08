// A world of processes with two targets: `records`, which is well, and `flaky`, which is reached through a proxy that
// breaks what passes.
import {
  startRecordingTarget,
  type RecordingTarget,
} from '@sallyport/sample/recording-target/recording-target.ts'
import { startFaultProxy, type FaultProxy } from '../failures/fault-proxy.ts'
import type { TestGatewayOptions } from '../support/gateway.ts'
import { inProcessWorld, type ProcessWorld } from './process-world.ts'

export type FaultWorld = {
  readonly world: ProcessWorld
  readonly flaky: RecordingTarget
  readonly proxy: FaultProxy
}

export type FaultWorldOptions = Omit<TestGatewayOptions, 'clock' | 'folder'> & {
  /** Members of the settings of `flaky` in YAML flow form. */
  readonly flakySettings?: string
  /** Address that the proxy listens on, where it is not the usual one of this host. */
  readonly host?: string
  /** Name under which the gateway knows it. */
  readonly name?: string
}

export async function inFaultWorld<Result>(
  { flakySettings, host = '127.0.0.1', name = host, ...options }: FaultWorldOptions,
  use: (world: FaultWorld) => Promise<Result>,
): Promise<Result> {
  const flaky = await startRecordingTarget()
  const proxy = await startFaultProxy(Number(new URL(flaky.url).port), host)
  const more = flakySettings === undefined ? '' : `, ${flakySettings}`
  const target = `  flaky: { kind: mcp, url: "http://${name}:${proxy.port}/mcp", allowInsecureTarget: true${more} }`
  const yaml = `${target}\n${options.yaml ?? ''}`
  try {
    return await inProcessWorld({ ...options, yaml }, (world) => use({ world, flaky, proxy }))
  } finally {
    await proxy.close()
    await flaky.stop()
  }
}
