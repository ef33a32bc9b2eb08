// The thread that looks at lines for `audit verify`: pieces of a file come, what was found goes back.
import { parentPort } from 'node:worker_threads'
import { checkLines } from './check-lines.ts'

const port = parentPort
if (port === null) throw new Error('this file runs as a worker')

port.on('message', (bytes: Uint8Array<ArrayBuffer> | 'close') => {
  if (bytes === 'close') return port.close()
  const checked = checkLines(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  port.postMessage(checked, [checked.leaves.buffer, checked.sequences.buffer])
})
