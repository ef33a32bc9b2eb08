// The pages that people see at Acme's identity provider: sign-in, consent, error. Plain HTML and one inline
// style sheet, allowed by its hash; no script at all, nothing from elsewhere (RFC 9700 §4.2, §4.16).
import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { foreignText, html, type Html } from './html.ts'
import { STYLE } from './style.ts'

// The hash is of every character between the tags: the element is not left to a formatter.
const STYLE_ELEMENT: Html = { html: `<style>${STYLE}</style>` }
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

export type SignInView = {
  readonly action: string
  readonly csrf: string
  readonly username: string
  readonly problem: string | undefined
}

export type ConsentView = {
  readonly action: string
  readonly csrf: string
  readonly personName: string
  readonly clientName: string
  readonly verified: boolean
  readonly redirectHost: string
  readonly resources: readonly string[]
  readonly scopes: readonly string[]
}

export function signInPage(view: SignInView): Html {
  const problem =
    view.problem === undefined
      ? html``
      : html`<p class="problem" id="problem" role="alert">${view.problem}</p>`
  const described = view.problem === undefined ? html`` : html`aria-describedby="problem"`
  return page(
    'Sign in',
    html`<h1>Sign in</h1>
      <p class="lead">Use your Acme account to go on.</p>
      ${problem}
      <form method="post" action="${view.action}">
        <input type="hidden" name="csrf" value="${view.csrf}" />
        <label for="username">User name</label>
        <input
          id="username"
          name="username"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          required
          autofocus
          value="${view.username}"
          ${described}
        />
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          ${described}
        />
        <button type="submit">Sign in</button>
      </form>
      <p class="note">
        This is a sample world. Alice’s password is <code>alice-sample</code>; Bob, Carol and Dan
        have theirs by the same rule.
      </p>`,
  )
}

export function consentPage(view: ConsentView): Html {
  const mark = view.verified
    ? html`<span class="mark known">registered by Acme</span>`
    : html`<span class="mark">unverified</span>`
  return page(
    'Allow access?',
    html`<h1>Allow access?</h1>
      <p class="lead">Signed in as <strong>${view.personName}</strong>.</p>
      <dl>
        <dt>Who asks</dt>
        <dd>
          <strong>${view.redirectHost}</strong>: an application on this computer ${mark} <br />It
          calls itself <bdi>${foreignText(view.clientName)}</bdi>.
        </dd>
        <dt>For</dt>
        ${view.resources.map((resource) => html`<dd><code>${foreignText(resource, 200)}</code></dd>`)}
        <dt>To do there</dt>
        ${view.scopes.map((scope) => html`<dd>${describeScope(scope)}</dd>`)}
      </dl>
      <p class="note">Only go on if you started this yourself a moment ago, on this computer.</p>
      <form method="post" action="${view.action}">
        <input type="hidden" name="csrf" value="${view.csrf}" />
        <button type="submit" name="decision" value="allow">Allow</button>
        <button type="submit" name="decision" value="deny" class="second">Do not allow</button>
        <button type="submit" name="decision" value="switch" class="plain">
          I am somebody else
        </button>
      </form>`,
  )
}

export function errorPage(out: {
  readonly error: string
  readonly error_description?: string | undefined
}): Html {
  return page(
    'That did not work',
    html`<h1>That did not work</h1>
      <p class="problem" role="alert">${foreignText(out.error_description ?? out.error, 300)}</p>
      <p class="note">
        Go back to the application and start again. Code: <code>${out.error}</code>
      </p>`,
  )
}

/** Answers with a page; `formTargets` are origins that a form's redirects may lead to (CSP `form-action`). */
export function writePage(
  response: ServerResponse,
  status: number,
  content: Html,
  formTargets: readonly string[] = [],
): void {
  const body = Buffer.from(content.html)
  response.writeHead(status, {
    ...PAGE_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-length': body.length,
    'content-security-policy': [
      "default-src 'none'",
      `style-src 'sha256-${STYLE_HASH}'`,
      // Chromium applies form-action to the whole redirect chain: the client's redirect is part of it.
      ['form-action', "'self'", ...formTargets].join(' '),
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  })
  response.end(body)
}

const PAGE_HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

function page(title: string, content: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} – Acme Energy</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>
          <p class="brand"><span aria-hidden="true">◆</span> Acme Energy</p>
          ${content}
        </main>
      </body>
    </html> `
}

function describeScope(scope: string): string {
  const texts: Readonly<Record<string, string>> = {
    mcp: 'use the tools that Acme allows you',
    'mcp:write': 'change things with them',
    openid: 'know who you are',
  }
  return texts[scope] ?? scope
}
