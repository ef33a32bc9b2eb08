// A person at a browser, for tests: follows redirects with a cookie jar, fills in the sample's sign-in form and
// allows what is asked, until the redirect of the client was called. Speaks HTTP and knows no script.

export type Person = {
  readonly username: string
  readonly password: string
  readonly decision?: 'allow' | 'deny'
}

/** Resolves to the status and text of the last page: the one of the client's own redirect. */
export async function signInAs(
  person: Person,
  address: string,
): Promise<{ status: number; page: string }> {
  const jar = new Map<string, string>()
  let url = new URL(address)
  let form: URLSearchParams | undefined
  for (let step = 0; step < 20; step += 1) {
    const response = await fetch(url, {
      redirect: 'manual',
      method: form === undefined ? 'GET' : 'POST',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { body: form }),
    })
    for (const cookie of response.headers.getSetCookie()) keep(jar, cookie)
    const page = await response.text()
    const location = response.headers.get('location')
    form = undefined
    if (location !== null) {
      url = new URL(location, url)
      continue
    }
    const action = /<form method="post" action="([^"]+)"/.exec(page)?.[1]
    if (action === undefined || response.status !== 200) return { status: response.status, page }
    form = fill(page, person)
    url = new URL(action, url)
  }
  throw new Error('the sign-in does not end')
}

function keep(jar: Map<string, string>, cookie: string): void {
  const [pair = ''] = cookie.split(';')
  const equals = pair.indexOf('=')
  jar.set(pair.slice(0, equals), pair.slice(equals + 1))
}

function fill(page: string, person: Person): URLSearchParams {
  const csrf = /name="csrf" value="([^"]*)"/.exec(page)?.[1] ?? ''
  if (page.includes('name="password"')) {
    return new URLSearchParams({ csrf, username: person.username, password: person.password })
  }
  return new URLSearchParams({ csrf, decision: person.decision ?? 'allow' })
}
