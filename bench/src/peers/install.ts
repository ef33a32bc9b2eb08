// Installs a peer once into a folder of its version outside the checkout, within its limit of time. A folder counts as
// installed when all its steps have succeeded; what is left of a failure is removed.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Peer, Step } from './peer.ts'

const DONE = '.installed'
const REASON_LENGTH = 200

/** The folder; rejects with the reason, in words for the report. */
export async function install({ name, version, steps, limitMs }: Peer): Promise<string> {
  const called = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  const folder = join(homedir(), '.cache/sallyport/peers', `${called}-${version}`)
  if (existsSync(join(folder, DONE))) return folder
  mkdirSync(folder, { recursive: true })
  const until = performance.now() + limitMs
  try {
    for (const step of steps(folder)) await run(step, folder, until - performance.now())
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  writeFileSync(join(folder, DONE), '')
  return folder
}

function run({ command, args, environment }: Step, cwd: string, limitMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment }
    // A group of its own: what a build has started ends with it.
    const child = spawn(command, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const end = (): void => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
    }
    const interrupted = (): never => process.exit(1)
    process.once('exit', end)
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, interrupted)
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)))
    const late = setTimeout(() => {
      said = 'not installed within its limit of time'
      end()
    }, limitMs)
    child.on('error', (error) => {
      clearTimeout(late)
      reject(error)
    })
    child.on('close', (code) => {
      clearTimeout(late)
      process.off('exit', end)
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, interrupted)
      if (code === 0) resolve()
      else reject(new Error(`\`${command.split('/').at(-1)}\`: ${lastLine(said)}`))
    })
  })
}

function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const told = lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'failed'
  return told.trim().slice(0, REASON_LENGTH)
}
