// The browser of whoever reads the documentation, or sits before a client that nobody here wrote: gets the address that
// the client opens, signs in at Acme's identity provider as the person that is named, and follows the redirect.
import { setTimeout as sleep } from 'node:timers/promises'
import { signIn } from '@sallyport/sample/sign-in.ts'

const [person, authorizeUrl] = process.argv.slice(2)
if (!person || !authorizeUrl) throw new Error('who signs in is not said: the block needs as=…')
const redirect = await signIn({
  authorizeUrl,
  username: person,
  password: `${person}-sample`,
})
// Some clients open the browser before they listen for what it brings.
for (let tries = 1; !(await fetch(redirect).catch(() => undefined)); tries += 1) {
  if (tries === 50) throw new Error(`nobody listens at ${redirect.origin}`)
  await sleep(200)
}
