// What one plain fdatasync of this disk costs, beside which `synced` is judged: append 512 bytes, sync, repeat.
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'

const ROUNDS = 300
const bytes = Buffer.alloc(512, 0x20)

/** Median in milliseconds, on the file system of `beside`. */
export function measureFdatasync(beside: string): number {
  const file = `${beside}.fdatasync`
  const handle = openSync(file, 'w')
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now()
    writeSync(handle, bytes)
    fdatasyncSync(handle)
    times.push(performance.now() - from)
  }
  closeSync(handle)
  rmSync(file)
  return times.sort((a, b) => a - b)[ROUNDS / 2] ?? Number.NaN
}
