// Who vouches for the log of a development gateway: a signer and a witness, each a process of its own. In production the
// signer is another user's and the witness another company's; here both end with the command.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openWitness } from '@sallyport/sample/witness/witness-room.ts'
import type { DevFolder } from './dev-folder.ts'

export type Notary = {
  readonly socket: string
  /** What verifiers begin with. */
  readonly verifierKey: string
  readonly witness: { readonly url: string; readonly key: string }
  readonly stop: () => Promise<void>
}

const SALLYPORT = fileURLToPath(new URL('../sallyport.js', import.meta.url))
const STOP_WITHIN_MS = 3_000
const NAME = 'dev.sallyport.example/audit'

export async function startNotary({ path }: DevFolder): Promise<Notary> {
  const socket = join(path, 'signer.sock')
  const key = join(path, 'signer.key')
  const words = ['audit', 'signer', '--key', key, '--socket', socket, '--name', NAME, '--json']
  const signer = fork(SALLYPORT, words, {
    execArgv: [],
    // Ctrl-C reaches every process of a group: the last checkpoint is signed after that.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const ended = once(signer, 'exit')
  const stopSigner = async (): Promise<void> => {
    signer.kill('SIGTERM')
    const hard = setTimeout(() => signer.kill('SIGKILL'), STOP_WITHIN_MS)
    await ended
    clearTimeout(hard)
  }
  try {
    const verifierKey = await Promise.race([firstLine(signer), ended.then(() => failed(signer))])
    const witness = await openWitness({
      logs: verifierKey,
      keyHistory: `${key}.keys`,
      stateFile: join(path, 'witness.json'),
    })
    return {
      socket,
      verifierKey,
      witness,
      stop: async () => {
        await Promise.all([stopSigner(), witness.stop()])
      },
    }
  } catch (failure) {
    await stopSigner()
    throw failure
  }
}

type Signer = ReturnType<typeof fork>

async function firstLine({ stdout }: Signer): Promise<string> {
  let text = ''
  for await (const chunk of stdout ?? []) {
    text += String(chunk)
    if (text.includes('\n')) break
  }
  return (JSON.parse(text) as { readonly verifierKey: string }).verifierKey
}

async function failed({ stderr }: Signer): Promise<never> {
  throw new Error(`the signer did not start: ${String(stderr?.read() ?? '').trim()}`)
}
