// The rows of attacks H-01 to H-10 behind one front end.
import { afterAll, beforeAll, describe } from 'vitest'
import { framingRows } from './framing-rows.ts'
import type { FrontEndKind } from './front-ends.ts'
import { startFronted, type FrontedGateway } from './fronted-gateway.ts'
import { headerRows } from './header-rows.ts'

/** `madeGood`: attacks that this front end turns into one good request, or two, before the gateway sees them. */
export function describeBehind(kind: FrontEndKind, madeGood: readonly string[]): void {
  describe(`behind ${kind}`, () => {
    let fronted: FrontedGateway | undefined
    const behind = () => {
      if (fronted === undefined) throw new Error(`${kind} was not started`)
      return fronted
    }
    beforeAll(async () => {
      fronted = await startFronted(kind)
      process.stdout.write(`${kind} ${behind().version}\n`)
    })
    afterAll(() => fronted?.stop())
    headerRows(behind)
    framingRows(behind, new Set(madeGood))
  })
}
