// Makes a disk slow or full for one running process, by strace: system calls on the files given are delayed or fail.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export type TracedDisk = {
  /** Traced calls that have returned so far: when they began and when they returned, by this host's wall clock. */
  readonly calls: () => readonly TracedCall[]
  /** The disk is as it was. */
  readonly detach: () => Promise<void>
}

export type TracedCall = {
  readonly name: string
  /** Descriptor and what was written, as strace prints it. */
  readonly of: string
  readonly beganMs: number
  readonly returnedMs: number
}

const WRITES = 'write,writev,pwrite64,pwritev,pwritev2'
export const DISK_FAULTS = {
  /** Each fdatasync begins 300 ms late. */
  slow: 'inject=fdatasync:delay_enter=300000',
  /** Each write begins 20 ms late. */
  late: `inject=${WRITES}:delay_enter=20000`,
  full: `inject=${WRITES},fdatasync:error=ENOSPC`,
  /** Bytes are taken, and cannot be brought to the disk. */
  unsyncable: 'inject=fdatasync:error=ENOSPC',
} as const

/** Resolves once every thread of the process is traced. */
export async function traceDisk(
  pid: number,
  files: readonly string[],
  fault: keyof typeof DISK_FAULTS,
  outputFile: string,
): Promise<TracedDisk> {
  const watched = files.flatMap((file) => ['-P', file])
  const inject = ['-e', `trace=${WRITES},fdatasync`, '-e', DISK_FAULTS[fault]]
  const strace = spawn(
    'strace',
    [
      '-f',
      '-ttt',
      '-T',
      '-s',
      '1000000',
      '-p',
      String(pid),
      ...watched,
      ...inject,
      '-o',
      outputFile,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const ended = new Promise<void>((resolve) => strace.once('close', () => resolve()))
  let said = ''
  await new Promise<void>((resolve, reject) => {
    strace.once('error', reject)
    strace.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (/Process \d+ attached/.test(said)) resolve()
    })
    void ended.then(() => reject(new Error(`strace ended: ${said}`)))
  })
  return {
    calls: () => readCalls(outputFile),
    detach: async () => {
      strace.kill('SIGINT')
      await ended
    },
  }
}

// `4711 1712000000.123456 fdatasync(21) = 0 <0.300123> (DELAYED)`, or in two lines where threads overlap.
const BEGUN = /^(\d+)\s+(\d+\.\d+) (\w+)\((.*)$/
const RESUMED = /^(\d+)\s+\d+\.\d+ <\.\.\. (\w+) resumed>/
const TOOK = /<(\d+\.\d+)>$/

function readCalls(file: string): readonly TracedCall[] {
  const begun = new Map<string, Omit<TracedCall, 'returnedMs'>>()
  const calls: TracedCall[] = []
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, thread = '', began = '', name = '', of = ''] = BEGUN.exec(line) ?? []
    const [, resumedThread = '', resumedName = ''] = RESUMED.exec(line) ?? []
    const key = `${thread || resumedThread} ${name || resumedName}`
    if (name !== '') begun.set(key, { name, of, beganMs: Number(began) * 1000 })
    const [, seconds] = TOOK.exec(line) ?? []
    const call = begun.get(key)
    if (seconds !== undefined && call !== undefined) {
      calls.push({ ...call, returnedMs: call.beganMs + Number(seconds) * 1000 })
    }
  }
  return calls
}
