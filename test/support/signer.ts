// The signer of checkpoints of a gateway in this folder, which is configured with `signer: { socket: ./s }`.
import { join } from 'node:path'
import { startSigner, type Signer } from '@sallyport/gateway/audit/signer/signer.ts'
import { takeHold } from '@sallyport/gateway/store/sqlite/take-hold.ts'

export function startSignerIn(folder: string): Promise<Signer> {
  return startSigner({
    takeHold,
    socket: join(folder, 's'),
    keyFile: join(folder, 'key'),
    name: 'gateway.example/audit',
  })
}
