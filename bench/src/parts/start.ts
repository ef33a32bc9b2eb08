// How long the gateway takes from its start until it is ready, with a target and an issuer that answer at once, and its
// resident memory then.
import { inBenchWorld } from '../world.ts'
import type { Part } from './part.ts'

export const start: Part = {
  title: 'Start',
  measure: ({ passes }) =>
    inBenchWorld({}, async (world) => {
      const readyMs: number[] = []
      const idleRssMiB: number[] = []
      // The first one may compile what the others find compiled.
      for (let pass = 0; pass <= passes; pass++) {
        const started = await world.startGateway()
        started.process.kill()
        if (pass === 0) continue
        readyMs.push(started.readyMs)
        idleRssMiB.push(started.idleRssMiB)
      }
      return {
        rows: [
          { target: 'from spawn to ready', wanted: '–', unit: 'ms', passes: readyMs },
          { target: 'resident memory, idle', wanted: '–', unit: 'MiB', passes: idleRssMiB },
        ],
      }
    }),
}
