// The terminal of the running process. Colour by NO_COLOR, FORCE_COLOR and the stream itself (util.styleText).
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { styleText } from 'node:util'
import type { Terminal } from './terminal.ts'

export function processTerminal(): Terminal {
  const interruption = new AbortController()
  const interrupt = () => {
    interruption.abort()
  }
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  // A reader that goes away early (`| head`) ends the output, not the command with a stack.
  let isGone = false
  process.stdout.on('error', () => {
    isGone = true
    interrupt()
  })
  return {
    out: (line) => void process.stdout.write(line),
    drained: async () => {
      const { signal } = interruption
      if (process.stdout.writableNeedDrain) {
        await once(process.stdout, 'drain', { signal }).catch(() => undefined)
      }
      // What went wrong with a write is told after it.
      await turn()
      return !isGone
    },
    note: (line) => void process.stderr.write(line),
    readInput: () => text(process.stdin),
    ask: async (question) => {
      if (!process.stdin.isTTY) return undefined
      const prompt = createInterface({ input: process.stdin, output: process.stderr })
      try {
        return await prompt.question(question, { signal: interruption.signal })
      } catch {
        return undefined
      } finally {
        prompt.close()
      }
    },
    style: (stream, format, line) =>
      styleText(format, line, { stream: stream === 'out' ? process.stdout : process.stderr }),
    environment: process.env,
    platform: process.platform,
    fetch,
    nowMs: () => Date.now(),
    sleep: (milliseconds) => sleep(milliseconds),
    start,
    interrupted: interruption.signal,
  }
}

function start(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { shell: false, stdio: 'ignore', detached: true })
    child.once('error', () => {
      resolve(false)
    })
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
