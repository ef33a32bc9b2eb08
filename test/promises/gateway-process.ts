// A gateway in a process of its own, started through `serve` as the command does it. The parent learns when it is
// ready, and may order one fault to be raised inside it (faults.ts). It does not outlive its parent.
import { serve } from '@sallyport/gateway/main.ts'
import { raise, type Fault } from './faults.ts'

export type Ready = {
  readonly port: number
  readonly operationsPort: number
  readonly adminSocket: string
}

const [, , configFile = '', ...flags] = process.argv
process.once('disconnect', () => process.exit(1))
process.on('message', (fault: Fault) => raise(fault))
const takeOver = flags.includes('--take-over')
await serve(configFile, { takeOver }, ({ port, operationsPort, adminSocket }) => {
  process.send?.({ port, operationsPort, adminSocket } satisfies Ready)
})
process.exit(0)
