// A listener that does not answer connection requests: a process that was stopped with a full queue, so that the kernel
// drops every further SYN. Needs no privileges.
import { spawn } from 'node:child_process'
import { connect, type Socket } from 'node:net'

export type SilentListener = { readonly port: number; readonly close: () => void }

const LISTENER = `const server = require('node:net').createServer()
server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => console.log(server.address().port))
process.stdin.resume().on('end', () => process.exit())`
const FILLERS = 8

export async function startSilentListener(): Promise<SilentListener> {
  const child = spawn(process.execPath, ['-e', LISTENER], { stdio: ['pipe', 'pipe', 'ignore'] })
  const port = await new Promise<number>((resolve) =>
    child.stdout.once('data', (text: Buffer) => resolve(Number(text.toString()))),
  )
  child.kill('SIGSTOP')
  const fillers: Socket[] = Array.from({ length: FILLERS }, () =>
    connect(port, '127.0.0.1').on('error', () => undefined),
  )
  await new Promise((resolve) => setTimeout(resolve, 500))
  return {
    port,
    close() {
      for (const filler of fillers) filler.destroy()
      child.kill('SIGKILL')
    },
  }
}
