// Two kinds of request, one after the other in random order on one connection: can the time of the answer tell which
// of them it was? Welch's t-test on what remains below the 90th percentile, as is usual for leaks of time.
import { randomInt } from 'node:crypto'
import { connect, type Socket } from 'node:net'

export type Timing = {
  /** Median of the second kind over that of the first. */
  readonly ratio: number
  /** Beyond ±4.5 the two are told apart. */
  readonly t: number
  readonly samples: number
  /** Status and body length of all answers of one kind, where they are always the same. */
  readonly answers: readonly [string, string]
}

const WARM_UP = 200
const KEPT_PART = 0.9

/** `pairs` of each kind. */
export async function timePairs(
  port: number,
  kinds: readonly [Buffer, Buffer],
  pairs: number,
): Promise<Timing> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const times: [number[], number[]] = [[], []]
  const seen: [Set<string>, Set<string>] = [new Set(), new Set()]
  try {
    for (let n = 0; n < pairs + WARM_UP; n++) {
      const first = randomInt(2) as 0 | 1
      for (const kind of [first, (1 - first) as 0 | 1]) {
        const { tookNs, answer } = await exchange(socket, kinds[kind])
        if (n < WARM_UP) continue
        times[kind].push(tookNs)
        seen[kind].add(answer)
      }
    }
  } finally {
    socket.destroy()
  }
  const [a, b] = [cropped(times[0]), cropped(times[1])]
  return {
    ratio: median(b) / median(a),
    t: welch(a, b),
    samples: 2 * pairs,
    answers: [[...seen[0]].join(' and '), [...seen[1]].join(' and ')],
  }
}

/** Sends one request and waits for its answer, which has a Content-Length. */
function exchange(
  socket: Socket,
  bytes: Buffer,
): Promise<{ readonly tookNs: number; readonly answer: string }> {
  return new Promise((resolve, reject) => {
    let received = ''
    const done = (): void => {
      socket.off('data', take)
      socket.off('close', broken)
    }
    const broken = (): void => {
      done()
      reject(new Error(`the connection ended after ${received}`))
    }
    const take = (chunk: Buffer): void => {
      const nowNs = process.hrtime.bigint()
      received += chunk.toString('latin1')
      const head = received.indexOf('\r\n\r\n')
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1])
      if (head === -1 || received.length < head + 4 + length) return
      done()
      resolve({ tookNs: Number(nowNs - startedNs), answer: `${received.slice(9, 12)} ${length} B` })
    }
    socket.on('data', take)
    socket.on('close', broken)
    const startedNs = process.hrtime.bigint()
    socket.write(bytes)
  })
}

function cropped(times: readonly number[]): readonly number[] {
  return times.toSorted((a, b) => a - b).slice(0, Math.ceil(times.length * KEPT_PART))
}

/** Of sorted values. */
function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function welch(a: readonly number[], b: readonly number[]): number {
  const [meanA, varianceA] = momentsOf(a)
  const [meanB, varianceB] = momentsOf(b)
  return (meanA - meanB) / Math.sqrt(varianceA / a.length + varianceB / b.length)
}

function momentsOf(values: readonly number[]): readonly [number, number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return [mean, squares / (values.length - 1)]
}
