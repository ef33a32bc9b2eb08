// The browser of whoever reads the documentation: gets the address that `sallyport login` opens, signs in at Acme's
// identity provider as the person that the page names, and follows the redirect.
import { signIn } from '@sallyport/sample/sign-in.ts'

const [person, authorizeUrl] = process.argv.slice(2)
if (!person || !authorizeUrl) throw new Error('who signs in is not said: the block needs as=…')
const redirect = await signIn({
  authorizeUrl,
  username: person,
  password: `${person}-sample`,
})
await fetch(redirect)
