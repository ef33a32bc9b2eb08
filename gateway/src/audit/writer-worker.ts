// The thread of the writer. It sleeps on the ring and is woken once per turn of the request thread's loop.
import { fdatasyncSync, ftruncateSync, readSync, writeSync } from 'node:fs'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { CONTROL } from './frames.ts'
import type { Large } from './render.ts'
import { safeCopy } from './safe-copy.ts'
import { createWriter, type Reply, type WriterSettings } from './writer.ts'

const RETRY_MS = 250

const port = parentPort
if (port === null) throw new Error('this file runs as a worker')
const settings = workerData as WriterSettings
const control = new Int32Array(settings.shared.control)
const writer = createWriter(settings, {
  disk: {
    write: (fd, bytes, from, position) => writeSync(fd, bytes, from, bytes.length - from, position),
    read: (fd, into, position) => readSync(fd, into, 0, into.length, position),
    truncate: ftruncateSync,
    sync: fdatasyncSync,
  },
  copy: safeCopy,
  post: (reply: Reply) => port.postMessage(reply, []),
  receive: () => receiveMessageOnPort(port)?.message as Large,
})

for (;;) {
  const wake = Atomics.load(control, CONTROL.wake)
  const state = writer.turn()
  if (state === 'closed') break
  if (state === 'wait') Atomics.wait(control, CONTROL.wake, wake)
  if (state === 'retry later') Atomics.wait(control, CONTROL.retry, 0, RETRY_MS)
}
port.close()
