// The world as `sallyport dev` starts it: identity provider and market data each a process, the gateway another.
import { dirname, join } from 'node:path'
import { finished, spawnSallyport } from './run-sallyport.ts'

type DevFacts = {
  readonly mcpUrl: string
  readonly issuer: string
  readonly configFile: string
}
export type Dev = {
  readonly facts: DevFacts
  readonly stateFolder: string
  readonly stop: () => Promise<void>
}

export async function startDev(folder: string): Promise<Dev> {
  const child = spawnSallyport(['dev', '--folder', folder, '--port', '0', '--json'], folder)
  const ended = finished(child)
  const facts = await new Promise<DevFacts>((resolve, reject) => {
    let text = ''
    child.stdout?.on('data', (chunk: string) => {
      text += chunk
      if (text.includes('\n')) resolve(JSON.parse(text) as DevFacts)
    })
    ended.then(
      ({ code, stderr }) => reject(new Error(`sallyport dev ended with ${code}: ${stderr}`)),
      reject,
    )
  })
  return {
    facts,
    stateFolder: join(dirname(facts.configFile), 'state'),
    async stop() {
      child.kill('SIGINT')
      await ended
    },
  }
}
