// The writer thread as this thread sees it: frames go in, and promises end when their frame is as durable as was
// asked for. Knows the two states of the log: it is written, or it is not and is being tried again.
import { fdatasync } from 'node:fs'
import { promisify } from 'node:util'
import { startWorker } from '../system/worker.ts'
import { createChannel, type FrameToPut } from './channel.ts'
import { createShared, FRAME } from './frames.ts'
import { revived, treeNumbers, type TreeAnswer, type TreeQuestion } from './ask-tree.ts'
import type { OpenLog } from './log-folder.ts'
import type { Erasure } from './personal-lines.ts'
import { createRotation, type RotationSettings } from './rotation.ts'
import { unavailable } from './unavailable.ts'
import { createWaiting, type Waiter } from './waiting.ts'
import type { Reply, WriterSettings } from './writer.ts'

export type WritingParts = {
  /** Once per failure. */
  readonly onFailed: (reason: string) => void
  /** The log is on the disk and written again after that failure. */
  readonly onRestored: (reason: string) => void
  /** The intent is in the file, was refused, and nothing is called for it. */
  readonly onAbandoned: (sequence: number, requestId: string) => void
  readonly onRecords: (records: readonly string[]) => void
}

export type Writing = {
  /** Resolves with the sequence number of the record; rejects at once while the log cannot be written. */
  readonly intend: (
    frame: FrameToPut,
    durability: Waiter['durability'],
    requestId: string,
  ) => Promise<number>
  /** False: it is lost, because too much waits already. */
  readonly keep: (frame: FrameToPut, urgency: 'soon' | 'lazy') => boolean
  /** Resolves when it is on the disk. */
  readonly await: (frame: FrameToPut) => Promise<void>
  readonly watch: (on: boolean) => void
  /** About the records that are written by then. Rejects with Error. */
  readonly tree: (question: TreeQuestion) => Promise<TreeAnswer>
  /** Takes a person out of the side file; resolves with how many lines went. Rejects with Error. */
  readonly erase: (erasure: Erasure) => Promise<number>
  /** Resolves when everything that was written before is on the disk; rejects where it cannot be said. */
  readonly sync: () => Promise<void>
  /** Records in the kernel. */
  readonly records: () => number
  readonly healthy: () => boolean
  /** True: everything is on the disk and the log is complete. */
  readonly close: (last: FrameToPut) => Promise<boolean>
}

const RING_BYTES = 4 * 1024 * 1024
const RETRY_MS = 250
/** What nobody waits for is on the disk this much later. */
const BACKGROUND_SYNC_MS = 200
const CLOSE_PATIENCE_MS = 5000

const syncData = promisify(fdatasync)

export function startWriting(
  file: OpenLog,
  instance: string,
  rotate: RotationSettings,
  parts: WritingParts,
): Writing {
  const shared = createShared(RING_BYTES)
  const { logFd, personalFd, treeFd, erasing: copyPath } = file
  const settings: WriterSettings = {
    instance,
    shared,
    logFd,
    personalFd,
    treeFd,
    erasing: copyPath,
  }
  const worker = startWorker(new URL('./writer-worker.ts', import.meta.url), settings)
  worker.unref()
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const channel = createChannel(shared, (large) =>
    worker.postMessage(large, typeof large === 'string' ? [] : [large.buffer]),
  )
  let failure: string | undefined
  let closing = false
  let background: NodeJS.Timeout | undefined
  let touched = false
  let syncedPersonal = 0
  const erasing: ((reply: Extract<Reply, { kind: 'erased' }>) => void)[] = []
  const asked: ((answer: TreeAnswer | undefined) => void)[] = []
  const rotation = createRotation(file, channel, rotate)

  const fail = (reason: string): void => {
    if (failure !== undefined) return
    failure = reason
    parts.onFailed(reason)
  }
  const waiting = createWaiting({
    sync: async () => {
      const personal = channel.personalWrites()
      // The side file is rarely written to: only new people, sessions and addresses go there.
      const side = personal === syncedPersonal ? undefined : syncData(personalFd)
      const { fds, done } = rotation.toSync()
      await Promise.all([...fds.map((fd) => syncData(fd)), side])
      syncedPersonal = personal
      done()
    },
    reached: channel.reached,
    onSynced: channel.synced,
    onSyncFailed: (error) => {
      fail(wordsOf(error))
      channel.rewrite()
      setTimeout(() => channel.wake(), RETRY_MS).unref()
    },
    onAbandoned: parts.onAbandoned,
  })

  const restored = async (): Promise<void> => {
    await waiting.sync()
    if (waiting.unsynced() || failure === undefined) return
    const reason = failure
    failure = undefined
    parts.onRestored(reason)
  }
  const syncLater = (): void => {
    touched = true
    background ??= setTimeout(syncInBackground, BACKGROUND_SYNC_MS).unref()
  }
  const syncInBackground = (): void => {
    background = undefined
    const pending = waiting.unsynced()
    if (pending && failure === undefined) void waiting.sync()
    // Once more: what was put a moment ago is perhaps not written yet.
    if (touched || pending) background = setTimeout(syncInBackground, BACKGROUND_SYNC_MS).unref()
    touched = false
  }
  const hear = (reply: Reply): void => {
    switch (reply.kind) {
      case 'written':
        channel.taken(reply.end)
        return waiting.written(reply.first, reply.end, reply.sequence)
      case 'failed':
        fail(reply.reason)
        return waiting.refuse(reply.end, reply.reason)
      case 'recovered':
        waiting.refuse(reply.end, failure ?? 'it was not written')
        channel.taken(reply.end)
        if (reply.rewritten) waiting.resume()
        waiting.written(reply.end, reply.end, -1)
        return void restored()
      case 'records':
        return parts.onRecords(reply.records)
      case 'erased':
        return erasing.shift()?.(reply)
      case 'tree':
        return asked.shift()?.(reply.answer && revived(reply.answer))
    }
  }
  worker.on('message', hear)
  worker.once('error', (error) => {
    fail(error.message)
    waiting.refuseAll(error.message)
    // F-25: a writer that broke is an exception that nobody caught. The process ends and starts anew.
    throw error
  })

  return {
    intend: (frame, durability, requestId) => {
      if (closing) return Promise.reject(unavailable('it is closed'))
      if (failure !== undefined) return Promise.reject(unavailable(failure))
      const number = channel.put(frame)
      syncLater()
      if (number < 0) return Promise.reject(unavailable('too much waits to be written'))
      return new Promise((resolve, reject) => {
        waiting.add({ frame: number, durability, intentOf: requestId, resolve, reject })
      })
    },
    keep: (frame, urgency) => {
      syncLater()
      return !closing && channel.keep(frame, urgency)
    },
    await: (frame) =>
      new Promise((resolve, reject) => {
        const wait = (number: number): void =>
          waiting.add({
            frame: number,
            durability: 'synced',
            intentOf: undefined,
            resolve: () => resolve(),
            reject,
          })
        if (closing || !channel.keep(frame, 'soon', wait)) {
          reject(unavailable(closing ? 'it is closed' : 'too much waits to be written'))
        }
      }),
    watch: (on) =>
      void channel.keep(
        { kind: on ? FRAME.subscribe : FRAME.unsubscribe, numbers: [], parts: [] },
        'soon',
      ),
    tree: (question) =>
      new Promise((resolve, reject) => {
        const refused = new Error('the tree of the log cannot be read')
        const hear = (answer: TreeAnswer | undefined): void =>
          answer === undefined ? reject(refused) : resolve(answer)
        const frame = { kind: FRAME.tree, numbers: treeNumbers(question), parts: [] }
        // Questions are answered in their order: only what was put has an answer.
        if (closing || !channel.keep(frame, 'soon', () => asked.push(hear))) reject(refused)
      }),
    erase: (erasure) =>
      new Promise((resolve, reject) => {
        const hear = ({ lines, failure }: Extract<Reply, { kind: 'erased' }>): void =>
          failure === undefined ? resolve(lines) : reject(new Error(failure))
        const frame = { kind: FRAME.erase, numbers: [], parts: [JSON.stringify(erasure)] }
        if (closing || !channel.keep(frame, 'soon', () => erasing.push(hear))) {
          reject(new Error('the log is closed, or too much waits to be written'))
        }
      }),
    sync: async () => {
      await waiting.sync()
      if (failure !== undefined) throw new Error(failure)
    },
    records: channel.records,
    healthy: () => failure === undefined && !closing,
    close: async (last) => {
      if (closing) return false
      closing = true
      clearTimeout(background)
      rotation.end()
      worker.ref()
      channel.keep(last, 'soon')
      const late = new Promise<'late'>((resolve) => {
        setTimeout(() => resolve('late'), CLOSE_PATIENCE_MS).unref()
      })
      const inTime = (await Promise.race([ended, late])) !== 'late'
      if (inTime) await waiting.sync()
      else await worker.terminate()
      waiting.refuseAll('it is closed')
      return inTime && failure === undefined && !waiting.unsynced()
    },
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown failure'
}
