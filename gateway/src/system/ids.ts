// Randomness and the ids made of it: the only place that draws them.
import { randomFill, randomFillSync } from 'node:crypto'
import { promisify } from 'node:util'

const POOL_BYTES = 4096
const pool = Buffer.allocUnsafe(POOL_BYTES)
let used = POOL_BYTES

/** `bytes` (≤ 4096) fresh random bytes in a buffer of its own. Drawn from a pool: one system call per 4 KiB. */
export function randomBytes(bytes: number): Buffer {
  const taken = Buffer.allocUnsafe(bytes)
  fill(taken, bytes)
  return taken
}

/** Fills a buffer of any size, off the loop. */
export const fillRandomly: (target: Buffer) => Promise<unknown> = promisify(randomFill)

/** 128 bits in lower-case hex, for request ids and instance ids. */
export function randomId(): string {
  const from = take(16)
  const id = pool.toString('hex', from, from + 16)
  pool.fill(0, from, from + 16)
  return id
}

function fill(target: Buffer, bytes: number): void {
  const from = take(bytes)
  pool.copy(target, 0, from, from + bytes)
  pool.fill(0, from, from + bytes)
}

function take(bytes: number): number {
  if (used + bytes > POOL_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  const from = used
  used += bytes
  return from
}
