// The person's part of an authorization request: sign in, then allow or not. One path, GET shows the page that
// is due and POST takes its form. The library binds the interaction to the browser by cookie; forms carry a token.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { InteractionResults, Provider } from 'oidc-provider'
import { isPreRegistered } from './clients.ts'
import { readForm } from './form.ts'
import { consentPage, errorPage, signInPage, writePage } from './pages.ts'
import { authenticate, findPerson } from './people.ts'
import type { AccountLookup } from './token-claims.ts'

export type InteractionParts = {
  readonly provider: () => Provider
  readonly account: AccountLookup
  readonly csrfKey: Buffer
}
type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>
type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly provider: Provider
  readonly interaction: Interaction
}

const MAX_TRIES = 5

export function createInteraction(parts: InteractionParts) {
  const tries = new Map<string, number>()
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const provider = parts.provider()
    const interaction = await provider.interactionDetails(request, response).catch(() => undefined)
    if (interaction === undefined || request.url !== `/sign-in/${interaction.uid}`) {
      const error_description = 'this sign-in has ended, or belongs to another browser'
      writePage(response, 400, errorPage({ error: 'session_not_found', error_description }))
      return
    }
    const exchange: Exchange = { request, response, provider, interaction }
    const csrf = tokenOf(parts.csrfKey, interaction)
    if (request.method === 'GET') return await show(exchange, csrf)
    const form = await readForm(request)
    if (form === undefined || !sameText(form.get('csrf') ?? '', csrf) || isForeign(request)) {
      const error_description = 'the form did not come from this page'
      writePage(response, 403, errorPage({ error: 'access_denied', error_description }))
      return
    }
    if (interaction.prompt.name === 'login') return await signIn(exchange, form, csrf, parts, tries)
    return await decide(exchange, form)
  }
}

async function show(exchange: Exchange, csrf: string, problem?: string, username = '') {
  const { interaction, response } = exchange
  const action = `/sign-in/${interaction.uid}`
  if (interaction.prompt.name === 'login') {
    const hint = username === '' ? text(interaction.params['login_hint']) : username
    const view = { action, csrf, username: hint, problem }
    // 422: the form was understood and its content refused (RFC 9110 §15.5.21).
    const status = problem === undefined ? 200 : 422
    writePage(response, status, signInPage(view), formTargets(interaction))
    return
  }
  const clientId = text(interaction.params['client_id'])
  const client = await exchange.provider.Client.find(clientId)
  const { resource } = interaction.params
  const view = {
    action,
    csrf,
    personName: findPerson(interaction.session?.accountId ?? '')?.name ?? '',
    clientName: client?.clientName ?? clientId,
    verified: isPreRegistered(clientId),
    redirectHost: new URL(text(interaction.params['redirect_uri'])).host,
    resources: Array.isArray(resource) ? resource.map(text) : [text(resource)],
    scopes: text(interaction.params['scope']).split(' '),
  }
  writePage(response, 200, consentPage(view), formTargets(interaction))
}

async function signIn(
  exchange: Exchange,
  form: URLSearchParams,
  csrf: string,
  parts: InteractionParts,
  tries: Map<string, number>,
) {
  const { uid } = exchange.interaction
  const username = form.get('username') ?? ''
  const person = authenticate(username, form.get('password') ?? '')
  if (person !== undefined && parts.account(person.username) !== undefined) {
    tries.delete(uid)
    return await finish(exchange, { login: { accountId: person.username, remember: false } })
  }
  const failed = (tries.get(uid) ?? 0) + 1
  tries.set(uid, failed)
  if (failed < MAX_TRIES) {
    return await show(exchange, csrf, 'User name and password do not match.', username)
  }
  tries.delete(uid)
  const error_description = 'too many failed attempts to sign in'
  return await finish(exchange, { error: 'access_denied', error_description })
}

async function decide(exchange: Exchange, form: URLSearchParams) {
  const { interaction } = exchange
  const decision = form.get('decision')
  if (decision === 'switch') return await signOut(exchange)
  if (decision !== 'allow') {
    const error_description = 'the person did not allow it'
    return await finish(exchange, { error: 'access_denied', error_description })
  }
  const accountId = interaction.session?.accountId
  const { missingOIDCScope, missingResourceScopes } = interaction.prompt.details as {
    readonly missingOIDCScope?: readonly string[]
    readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>
  }
  const { Grant } = exchange.provider
  const earlier =
    interaction.grantId === undefined ? undefined : await Grant.find(interaction.grantId)
  const clientId = text(interaction.params['client_id'])
  const grant = earlier ?? new Grant({ accountId: accountId ?? '', clientId })
  if (missingOIDCScope !== undefined) grant.addOIDCScope(missingOIDCScope.join(' '))
  for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, scopes.join(' '))
  }
  return await finish(exchange, { consent: { grantId: await grant.save() } })
}

// The same authorization request again, in a browser that is nobody's any more.
async function signOut({ interaction, provider, response }: Exchange) {
  const uid = interaction.session?.uid
  const session = uid === undefined ? undefined : await provider.Session.findByUid(uid)
  await session?.destroy()
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(interaction.params)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined) query.append(name, String(each))
    }
  }
  response.writeHead(303, { location: `/authorize?${query.toString()}`, 'content-length': 0 }).end()
}

// The library answers 303 after a POST (O-05).
async function finish({ request, response, provider }: Exchange, result: InteractionResults) {
  await provider.interactionFinished(request, response, result, {
    mergeWithLastSubmission: result.error === undefined,
  })
}

function formTargets(interaction: Interaction): readonly string[] {
  const { protocol, origin, hostname } = new URL(text(interaction.params['redirect_uri']))
  // A CSP host source has no form for IPv6 literals.
  return [hostname.startsWith('[') ? protocol : origin]
}

function tokenOf(key: Buffer, { uid, prompt }: Interaction) {
  return createHmac('sha256', key).update(`${uid} ${prompt.name}`).digest('base64url')
}

function sameText(left: string, right: string) {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

// Under `no-referrer` a same-origin POST has `Origin: null`: the fetch metadata says where it comes from.
function isForeign(request: IncomingMessage) {
  const site = request.headers['sec-fetch-site']
  return site !== undefined && site !== 'same-origin' && site !== 'none'
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
