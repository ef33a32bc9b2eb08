// The writer driven turn by turn, with a disk that fails when it is told to.
import { describe, expect, test } from 'vitest'
import { createChannel, type Channel } from '../../src/audit/channel.ts'
import { CONTROL, createShared, FRAME } from '../../src/audit/frames.ts'
import { createFrames } from '../../src/audit/make-frames.ts'
import type { Erasure } from '../../src/audit/personal-lines.ts'
import { createWriter, type Reply } from '../../src/audit/writer.ts'
import { verifyLine } from '../../src/audit/verify/verify-line.ts'
import { systemClock } from '../../src/system/clock.ts'
import { type Logged } from './made.ts'
import { ADDRESS, credential, factsOf, permitOf } from './products.ts'

const LOG = 3
const SIDE = 4
const TREE = 5

/** Files in memory; `breaks` says after how many more bytes of the log writing fails. */
function memoryDisk() {
  const files = new Map<number, Buffer>([
    [LOG, Buffer.alloc(0)],
    [SIDE, Buffer.alloc(0)],
    [TREE, Buffer.alloc(0)],
  ])
  const state = {
    bytesLeft: Infinity,
    truncateFails: false,
    positions: [] as number[],
    copies: [] as string[],
  }
  return {
    state,
    text: (fd: number) => (files.get(fd) ?? Buffer.alloc(0)).toString(),
    /** What the kernel forgets when a sync fails. */
    forget: (from: number) => {
      const log = files.get(LOG) ?? Buffer.alloc(0)
      log.fill(0, from)
    },
    disk: {
      write: (fd: number, bytes: Buffer, from: number, position: number): number => {
        if (state.bytesLeft === 0) throw new Error('ENOSPC: no space left on device')
        // Never all at once, and never more than there is room for.
        const length = Math.min(700, bytes.length - from, state.bytesLeft)
        if (fd === LOG) state.bytesLeft -= length
        const old = files.get(fd) ?? Buffer.alloc(0)
        const next = Buffer.alloc(Math.max(old.length, position + length))
        old.copy(next)
        bytes.copy(next, position, from, from + length)
        files.set(fd, next)
        state.positions.push(position)
        return length
      },
      truncate: (fd: number, size: number): void => {
        if (state.truncateFails) throw new Error('EIO: i/o error')
        files.set(fd, Buffer.from((files.get(fd) ?? Buffer.alloc(0)).subarray(0, size)))
      },
      read: (fd: number, into: Buffer, position: number): number =>
        (files.get(fd) ?? Buffer.alloc(0)).copy(into, 0, position),
      sync: () => undefined,
    },
    copy: {
      keep: <Result>(_path: string, fill: (write: (bytes: Buffer) => void) => Result): Result => {
        const pieces: Buffer[] = []
        const result = fill((bytes) => void pieces.push(Buffer.from(bytes)))
        state.copies.push(Buffer.concat(pieces).toString())
        return result
      },
      read: (_path: string, into: Buffer, position: number) =>
        Buffer.from(state.copies.at(-1) ?? '').copy(into, 0, position),
      drop: () => void state.copies.push(''),
    },
  }
}

function start() {
  const shared = createShared(1024 * 1024)
  const control = new Int32Array(shared.control)
  const memory = memoryDisk()
  const replies: Reply[] = []
  const large: (string | Uint8Array)[] = []
  const writer = createWriter(
    {
      instance: '0123456789abcdef0123456789abcdef',
      shared,
      logFd: LOG,
      personalFd: SIDE,
      treeFd: TREE,
      erasing: 'copy',
    },
    {
      disk: memory.disk,
      copy: memory.copy,
      post: (reply) => replies.push(reply),
      receive: () => large.shift(),
    },
  )
  const channel: Channel = createChannel(shared, (part) => large.push(part))
  const frames = createFrames(systemClock)
  const published = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  const records = () =>
    memory
      .text(LOG)
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        expect(verifyLine(Buffer.from(line)).findings).toEqual([])
        return (JSON.parse(line) as { record: Logged }).record
      })
  return {
    memory,
    control,
    replies,
    records,
    intent: (requestId: string) =>
      channel.put(frames.intent(permitOf(requestId), credential, ADDRESS, undefined)),
    outcome: (sequence: number, requestId: string) =>
      channel.keep(frames.outcome(sequence, requestId, factsOf(), 1), 'soon'),
    event: (name: string) => channel.keep(frames.record('config_changed', {}, { name }), 'soon'),
    close: () => channel.keep(frames.close(), 'soon'),
    erase: (erasure: Erasure) =>
      channel.keep({ kind: FRAME.erase, numbers: [], parts: [JSON.stringify(erasure)] }, 'soon'),
    turn: async () => {
      await published()
      return writer.turn()
    },
  }
}

describe('F-13: a disk that is full', () => {
  test('leaves no half line, refuses the intents, writes the rest later in an unbroken sequence', async () => {
    const log = start()
    log.intent('r0')
    await log.turn()
    const whole = log.memory.text(LOG)

    log.memory.state.bytesLeft = 1000
    log.intent('r1')
    log.outcome(0, 'r0')
    log.event('kept')
    log.intent('r2')
    expect(await log.turn()).toBe('retry later')
    expect(log.replies.at(-1)).toMatchObject({ kind: 'failed', end: 5 })
    expect(log.memory.text(LOG)).toBe(whole)

    log.intent('r3')
    expect(await log.turn()).toBe('retry later')
    expect(log.replies.at(-1)).toMatchObject({ kind: 'failed', end: 6 })

    log.memory.state.bytesLeft = Infinity
    expect(await log.turn()).toBe('more')
    expect(log.replies.at(-1)).toEqual({ kind: 'recovered', end: 6, rewritten: false })
    log.intent('r4')
    await log.turn()
    expect(log.replies.at(-1)).toEqual({ kind: 'written', first: 6, end: 7, sequence: 3 })
    expect(log.records()).toMatchObject([
      { kind: 'intent', sequence: 0, requestId: 'r0' },
      { kind: 'outcome', sequence: 1, requestId: 'r0' },
      { kind: 'config_changed', sequence: 2, name: 'kept' },
      { kind: 'intent', sequence: 3, requestId: 'r4' },
    ])
  })

  test('that cannot even be cut back is cut back before anything else is written', async () => {
    const log = start()
    log.event('first')
    await log.turn()
    log.memory.state.bytesLeft = 100
    log.memory.state.truncateFails = true
    log.event('second')
    expect(await log.turn()).toBe('retry later')
    log.memory.state.bytesLeft = Infinity
    expect(await log.turn()).toBe('retry later')
    log.memory.state.truncateFails = false
    expect(await log.turn()).toBe('more')
    expect(log.records()).toMatchObject([{ name: 'first' }, { name: 'second' }])
  })

  test('has no record whose salt is not in the side file', async () => {
    const log = start()
    log.memory.state.bytesLeft = 10
    log.intent('r0')
    await log.turn()
    log.memory.state.bytesLeft = Infinity
    await log.turn()
    log.intent('r1')
    await log.turn()
    const [record] = log.records()
    const key = String(record?.who.key)
    expect(log.memory.text(SIDE)).toContain(`{"key":"${key}","record":0,"salt":"`)
  })
})

test('F-13: what a failed fdatasync may have lost is handed to the kernel again, nothing before it', async () => {
  const log = start()
  log.event('on the disk')
  await log.turn()
  const safe = log.memory.text(LOG).length
  Atomics.store(log.control, CONTROL.synced, Atomics.load(log.control, CONTROL.batch))
  log.event('lost')
  await log.turn()
  const whole = log.memory.text(LOG)

  log.memory.forget(safe)
  log.memory.state.positions = []
  Atomics.store(log.control, CONTROL.rewrite, 1)
  expect(await log.turn()).toBe('more')
  expect(log.replies.at(-1)).toMatchObject({ kind: 'recovered', rewritten: true })
  expect(log.memory.text(LOG)).toBe(whole)
  expect(Math.min(...log.memory.state.positions)).toBe(safe)
})

test('the end gives every open intent the outcome `unclear`, then says shutdown', async () => {
  const log = start()
  log.intent('r0')
  log.intent('r1')
  log.outcome(0, 'r0')
  await log.turn()
  log.intent('r2')
  log.close()
  expect(await log.turn()).toBe('closed')
  expect(log.records().slice(3)).toMatchObject([
    { kind: 'intent', requestId: 'r2' },
    { kind: 'outcome', class: 'unclear', requestId: 'r1', intent: { sequence: 1 } },
    { kind: 'outcome', class: 'unclear', requestId: 'r2', intent: { sequence: 3 } },
    { kind: 'shutdown' },
  ])
})

test('policy-audit §2.4: a side file that was not rewritten to its end is, before anything else is written', async () => {
  const log = start()
  log.intent('r0')
  await log.turn()
  const keys = log.memory
    .text(SIDE)
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { key: string }).key]))
  log.memory.state.truncateFails = true
  log.erase({ keys: [...new Set(keys)], time: 't' })
  await log.turn()
  expect(log.replies.at(-1)).toMatchObject({ kind: 'erased', failure: 'EIO: i/o error' })
  const whole = `{"erased":"t","key":"${keys[0]}"}\n`
  expect(log.memory.state.copies).toEqual([whole])
  expect(await log.turn()).toBe('retry later')
  log.memory.state.truncateFails = false
  expect(await log.turn()).toBe('more')
  expect(log.memory.text(SIDE)).toBe(whole)
  expect(log.memory.state.copies).toEqual([whole, ''])
})
