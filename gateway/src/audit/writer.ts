// The writer: turns of frames → lines → one gathered write. It runs in a thread of its own (writer-worker.ts)
// and knows nothing of threads, so that tests drive it turn by turn. What it cannot write it undoes and tries
// again: intents are refused then, everything else waits in the ring.
import { answerOf, treeQuestion, type TreeAnswer, type TreeQuestion } from './ask-tree.ts'
import { createLogFile, type Disk } from './log-file.ts'
import { CONTROL, createFrameReader, FRAME, type Frame, type Shared } from './frames.ts'
import { createLineBuffer } from './line-buffer.ts'
import { NUMBER, RECORD } from './parts.ts'
import { createPersonal } from './personal.ts'
import { copyWithout, type Erasure } from './personal-lines.ts'
import { recentRecords } from './recent.ts'
import { createRender, type Large, type OpenIntent } from './render.ts'
import type { SafeCopy } from './safe-copy.ts'
import { createSegments } from './segments.ts'
import { createTreeFile } from './tree-file.ts'

/** From the writer to the request thread. Frames are counted from 0 in the order in which they were put. */
export type Reply =
  /**
   * Frames from `first` to before `end` are in the kernel; the first of them is record `sequence`. Not sent
   * where nobody waits for any of them.
   */
  | {
      readonly kind: 'written'
      readonly first: number
      readonly end: number
      readonly sequence: number
    }
  /** Nothing before `end` that was not written will be, as far as intents go; the rest is tried again. */
  | { readonly kind: 'failed'; readonly end: number; readonly reason: string }
  /** It is written again: everything before `end` but the intents. */
  | {
      readonly kind: 'recovered'
      readonly end: number
      /** The kernel has again what was not on the disk. */
      readonly rewritten: boolean
    }
  | { readonly kind: 'records'; readonly records: readonly string[] }
  /** In the order of the questions; `undefined`: the hashes could not be read. */
  | { readonly kind: 'tree'; readonly answer: TreeAnswer | undefined }
  /** In the order of the orders: how many lines left the side file, or why none did. */
  | { readonly kind: 'erased'; readonly lines: number; readonly failure: string | undefined }

export type WriterSettings = {
  readonly instance: string
  readonly shared: Shared
  readonly logFd: number
  readonly personalFd: number
  readonly treeFd: number
  /** Where a copy of the side file lies while it is rewritten. */
  readonly erasing: string
}

export type WriterParts = {
  readonly disk: Disk
  readonly copy: SafeCopy
  readonly post: (reply: Reply) => void
  /** The next part that came beside the ring. */
  readonly receive: () => Large
}

export type Writer = {
  /** One turn; false: there is nothing to do until the ring changes, or for a while after a failure. */
  readonly turn: () => 'more' | 'wait' | 'retry later' | 'closed'
}

type Turn = {
  /** For those who watch, and whether somebody begins to. */
  records: string[]
  begins: boolean
  sequence: number
  opened: Map<number, OpenIntent>
  closed: number[]
  asked: TreeQuestion[]
  erasures: Erasure[]
  frames: number
  /** Somebody may wait for one of them. */
  awaited: boolean
  closing: boolean
}

/** Hashes of the tree that wait to be written. */
const MAX_PENDING_BYTES = 256 * 1024

export function createWriter(settings: WriterSettings, parts: WriterParts): Writer {
  const { instance, shared } = settings
  const control = new Int32Array(shared.control)
  const reader = createFrameReader(shared)
  let personal = createPersonal()
  let render = createRender(instance, personal)
  const log = createSegments(settings.logFd, parts.disk)
  const side = createLogFile(settings.personalFd, parts.disk)
  const openIntents = new Map<number, OpenIntent>()
  const large = new Map<number, Large>()
  const lines = createLineBuffer()
  const tree = createTreeFile({
    append: (bytes, position) => {
      for (let from = 0; from < bytes.length;) {
        from += parts.disk.write(settings.treeFd, bytes, from, position + from)
      }
    },
    read: (into, position) => void parts.disk.read(settings.treeFd, into, position),
  })
  Atomics.store(control, CONTROL.logFd, settings.logFd)
  let sequence = 0
  let frames = 0
  let failed = false
  let subscribed = false
  let rewritten = false
  let copied = false

  const largeOf = (frame: Frame, position: number): Large => {
    if (!frame.large) return undefined
    if (!large.has(position)) large.set(position, parts.receive())
    return large.get(position)
  }

  const add = (turn: Turn, text: string): void => {
    lines.add(text)
    if (subscribed) turn.records.push(text)
    turn.sequence += 1
  }

  const take = (turn: Turn, frame: Frame, withoutIntents: boolean): void => {
    if (frame.kind === FRAME.subscribe || frame.kind === FRAME.unsubscribe) {
      subscribed = frame.kind === FRAME.subscribe
      turn.begins = subscribed
      return
    }
    if (frame.kind === FRAME.tree) return void turn.asked.push(treeQuestion(frame))
    if (frame.kind === FRAME.erase) {
      return void turn.erasures.push(JSON.parse(frame.text(0) ?? '') as Erasure)
    }
    const beside = largeOf(frame, frames + turn.frames)
    turn.frames += 1
    turn.awaited ||= frame.kind !== FRAME.outcome || frame.large
    switch (frame.kind) {
      case FRAME.intent: {
        if (withoutIntents) return
        const { text, open } = render.intent(frame, turn.sequence, beside)
        turn.opened.set(turn.sequence, open)
        return add(turn, text)
      }
      case FRAME.outcome: {
        const intent = frame.number(NUMBER.intent)
        const open = turn.opened.get(intent) ?? openIntents.get(intent)
        turn.closed.push(intent)
        return add(turn, render.outcome(frame, turn.sequence, beside, open))
      }
      case FRAME.record:
        return add(turn, recordOf(frame, turn.sequence, beside))
      case FRAME.close:
        return close(turn, frame)
    }
  }

  /** A record that cannot be made would stop the log for good: its place is kept, and it says so. */
  const recordOf = (frame: Frame, at: number, beside: Large): string => {
    try {
      return render.record(frame, at, beside)
    } catch {
      return render.own(frame, at, frame.text(RECORD.kind) ?? '', { unreadable: true })
    }
  }

  /** What is open now will never be known: the process ends. */
  const close = (turn: Turn, frame: Frame): void => {
    for (const [intent, { requestId }] of [...openIntents, ...turn.opened]) {
      if (turn.closed.includes(intent)) continue
      const members = { class: 'unclear', intent: { instance, sequence: intent }, requestId }
      add(turn, render.own(frame, turn.sequence, 'outcome', members))
      turn.closed.push(intent)
    }
    add(turn, render.own(frame, turn.sequence, 'shutdown', {}))
    turn.closing = true
  }

  const write = (): void => {
    const batch = (Atomics.load(control, CONTROL.batch) + 1) | 0
    const values = personal.pending()
    if (values !== '') {
      side.append(Buffer.from(values), batch)
      personal.written()
      Atomics.add(control, CONTROL.personal, 1)
    }
    log.append(lines.bytes(), batch)
    Atomics.store(control, CONTROL.batch, batch)
    Atomics.store(control, CONTROL.logKib, Math.ceil(log.size() / 1024))
  }

  /** After those who wait were told: nobody waits for the tree. */
  const grow = ({ asked, closing }: Turn): void => {
    for (const leaf of lines.leaves()) tree.add(Buffer.from(leaf, 'base64url'))
    Atomics.store(control, CONTROL.records, sequence)
    for (const question of asked) parts.post({ kind: 'tree', answer: answer(question) })
    if (asked.length === 0 && !closing && tree.pending() < MAX_PENDING_BYTES) return
    try {
      tree.flush()
    } catch {
      // It stays in memory, and can be made anew from the records.
    }
  }

  const answer = (question: TreeQuestion): TreeAnswer | undefined => {
    try {
      return answerOf(tree, question)
    } catch {
      return undefined
    }
  }

  /** Whoever calls again is somebody new to the log. What is being written anew lies whole beside the file. */
  const erase = (erasure: Erasure): void => {
    personal = createPersonal()
    render = createRender(instance, personal)
    try {
      const { erasing, personalFd } = settings
      const source = {
        size: side.size(),
        read: (into: Buffer, position: number) => parts.disk.read(personalFd, into, position),
      }
      let size = 0
      const lines = parts.copy.keep(erasing, (write) =>
        copyWithout(source, erasure, (bytes) => {
          write(bytes)
          size += bytes.length
        }),
      )
      copied = true
      side.replace({ size, read: (into, position) => parts.copy.read(erasing, into, position) })
      dropCopy()
      parts.post({ kind: 'erased', lines, failure: undefined })
    } catch (error) {
      // Half of it is in the file: nothing else is written before all of it is.
      failed = copied
      const failure = error instanceof Error ? error.message : 'unknown failure'
      parts.post({ kind: 'erased', lines: 0, failure })
    }
  }

  const dropCopy = (): void => {
    if (!copied) return
    parts.copy.drop(settings.erasing)
    copied = false
  }

  const goOn = (): void => {
    const next = Atomics.load(control, CONTROL.nextFd)
    if (next === 0 || next === log.fd()) return
    log.goOnWith(next)
    Atomics.store(control, CONTROL.logKib, 0)
    Atomics.store(control, CONTROL.logFd, next)
  }

  const settle = (turn: Turn): void => {
    for (const [intent, open] of turn.opened) openIntents.set(intent, open)
    for (const intent of turn.closed) openIntents.delete(intent)
    reader.release()
    large.clear()
    frames += turn.frames
    sequence = turn.sequence
    // Who begins to watch gets this turn with what is in the file.
    const records = turn.begins ? recentRecords(log) : turn.records
    if (records.length > 0) parts.post({ kind: 'records', records })
  }

  const attempt = (again: boolean): ReturnType<Writer['turn']> => {
    lines.clear()
    const first = frames
    const before = sequence
    const turn: Turn = {
      records: [],
      begins: false,
      sequence,
      opened: new Map(),
      closed: [],
      asked: [],
      erasures: [],
      frames: 0,
      awaited: false,
      closing: false,
    }
    try {
      if (again) restore()
      reader.each((frame) => take(turn, frame, again))
      write()
    } catch (error) {
      failed = true
      const reason = error instanceof Error ? error.message : 'unknown failure'
      parts.post({ kind: 'failed', end: first + turn.frames, reason })
      return 'retry later'
    }
    settle(turn)
    failed = false
    const end = first + turn.frames
    if (again) {
      parts.post({ kind: 'recovered', end, rewritten })
      rewritten = false
    } else if (turn.awaited) {
      parts.post({ kind: 'written', first, end, sequence: before })
    }
    grow(turn)
    for (const erasure of turn.erasures) erase(erasure)
    return turn.closing ? 'closed' : 'more'
  }

  const restore = (): void => {
    const rewrite = Atomics.load(control, CONTROL.rewrite) === 1
    side.restore(rewrite)
    dropCopy()
    log.restore(rewrite)
    if (!rewrite) return
    Atomics.store(control, CONTROL.rewrite, 0)
    rewritten = true
  }

  return {
    turn: () => {
      const synced = Atomics.load(control, CONTROL.synced)
      log.synced(synced)
      side.synced(synced)
      if (failed || Atomics.load(control, CONTROL.rewrite) === 1) return attempt(true)
      goOn()
      return reader.pending() ? attempt(false) : 'wait'
    },
  }
}
