// `sallyport login` with a played browser: takes the address that the command prints, signs in at Acme's identity
// provider as a person would, and follows the redirect to the command's loopback port.
import { signIn } from '@sallyport/sample/sign-in.ts'
import { finished, spawnSallyport, type Ran } from './run-sallyport.ts'

export async function login(mcpUrl: string, person: string, home: string): Promise<Ran> {
  const child = spawnSallyport(['login', mcpUrl, '--no-browser', '--json'], home)
  const ended = finished(child)
  const authorizeUrl = await printedAddress(child.stderr)
  if (authorizeUrl !== undefined) {
    const redirect = await signIn({ authorizeUrl, username: person, password: `${person}-sample` })
    await fetch(redirect)
  }
  return ended
}

async function printedAddress(stream: NodeJS.ReadableStream | null): Promise<string | undefined> {
  let text = ''
  if (stream === null) return undefined
  return new Promise((resolve) => {
    stream.on('data', (chunk: string) => {
      text += chunk
      const found = /https?:\/\/\S*[?&]code_challenge\S*/.exec(text)
      if (found) resolve(found[0])
    })
    stream.on('end', () => resolve(undefined))
  })
}
