// Preloaded into a gateway (F-23): one name is looked up in the file of `?file=`, which holds an address, or `fails`.
// All others go to the system's resolver.
import dns from 'node:dns'
import { readFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

export const NAME = 'target.promise.test'

type Answered = (error: Error | null, addresses?: readonly object[]) => void
const file = new URL(import.meta.url).searchParams.get('file') ?? ''
const { lookup } = dns
dns.lookup = ((name: string, options: object, answered: Answered) => {
  if (name !== NAME) return lookup(name, options, answered as never)
  const text = readFileSync(file, 'utf8')
  if (text !== 'fails') return answered(null, [{ address: text, family: 4 }])
  answered(Object.assign(new Error(`getaddrinfo EAI_AGAIN ${name}`), { code: 'EAI_AGAIN' }))
}) as typeof lookup
syncBuiltinESMExports()
