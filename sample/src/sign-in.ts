// Signing in without a browser: follows the authorization request through Acme's pages with a cookie jar and
// returns where the browser would have been sent. Works on plain HTML forms, as a person without scripts would.

export type SignIn = {
  readonly authorizeUrl: string
  readonly username: string
  readonly password: string
  /** What to press on the consent page. */
  readonly decision?: 'allow' | 'deny'
}

const MAX_STEPS = 12

/** The redirect to the client, with `code`, `state` and `iss`, or with `error`. Nothing listens there: it is not fetched. */
export async function signIn(wanted: SignIn): Promise<URL> {
  const { origin } = new URL(wanted.authorizeUrl)
  const jar = new Map<string, Cookie>()
  let url = new URL(wanted.authorizeUrl)
  let form: URLSearchParams | undefined
  let signedIn = false
  for (let step = 0; step < MAX_STEPS; step++) {
    const response = await visit(url, form, jar)
    const location = response.headers.get('location')
    if (location !== null) {
      const next = new URL(location, url)
      if (next.origin !== origin) return next
      ;[url, form] = [next, undefined]
      continue
    }
    const page = await response.text()
    const next = readForm(page, url)
    if (next === undefined) {
      throw new Error(`the page at ${url.pathname} has no form: ${visibleText(page)}`)
    }
    if (next.asksPassword) {
      if (signedIn) throw new Error(`sign-in refused: ${visibleText(page)}`)
      signedIn = true
      next.fields.set('username', wanted.username)
      next.fields.set('password', wanted.password)
    } else {
      next.fields.set('decision', wanted.decision ?? 'allow')
    }
    ;[url, form] = [next.action, next.fields]
  }
  throw new Error('the sign-in did not come to an end')
}

type Cookie = { readonly value: string; readonly path: string }

async function visit(url: URL, form: URLSearchParams | undefined, jar: Map<string, Cookie>) {
  const cookies = [...jar].filter(([, cookie]) => url.pathname.startsWith(cookie.path))
  const cookie = cookies.map(([key, { value }]) => `${key.split(' ', 1)[0]}=${value}`).join('; ')
  const headers = { accept: 'text/html', ...(cookie === '' ? {} : { cookie }) }
  const sent = form === undefined ? { headers } : { headers, method: 'POST', body: form }
  const response = await fetch(url, { ...sent, redirect: 'manual' })
  for (const line of response.headers.getSetCookie()) keep(line, jar)
  return response
}

// RFC 6265: a cookie is its name and path; an expiry in the past takes it away.
function keep(line: string, jar: Map<string, Cookie>) {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const at = pair.indexOf('=')
  const attribute = (name: string) =>
    attributes.find((part) => part.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1)
  const path = attribute('path') ?? '/'
  const expires = attribute('expires')
  const key = `${pair.slice(0, at)} ${path}`
  if (expires !== undefined && Date.parse(expires) <= Date.now()) jar.delete(key)
  else jar.set(key, { value: pair.slice(at + 1), path })
}

function readForm(page: string, base: URL) {
  const form = /<form\b([^>]*)>([\s\S]*?)<\/form>/.exec(page)
  if (form === null) return undefined
  const [, opening = '', content = ''] = form
  const fields = new URLSearchParams()
  for (const [tag] of content.matchAll(/<input\b[^>]*>/g)) {
    const name = attributeOf(tag, 'name')
    if (name !== undefined) fields.set(name, attributeOf(tag, 'value') ?? '')
  }
  return {
    action: new URL(attributeOf(opening, 'action') ?? '', base),
    fields,
    asksPassword: fields.has('password'),
  }
}

function attributeOf(tag: string, name: string) {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]
  return value
    ?.replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

function visibleText(page: string) {
  const body = page.slice(page.indexOf('<main>')).replace(/<[^>]*>/g, ' ')
  return body.replace(/\s+/g, ' ').trim().slice(0, 200)
}
