// The parameters of our own method by which somebody who was denied asks for access, at the endpoint that denied
// them and with the token that they have anyway: untrusted to typed. A method of a vendor has its prefix (MCP 2026-07-28, basic).
import { refuse, type Refusal } from '../refusal.ts'
import type { Inbound } from './inbound.ts'

export const ACCESS_METHOD = 'sallyport/access'

export type AccessRequest = { readonly requestId: string; readonly reason: string }

const MAX_REASON = 512

export function readAccessRequest({ params }: Inbound): AccessRequest | Refusal {
  const { requestId, reason } = params
  if (typeof requestId !== 'string' || !/^[0-9a-f]{32}$/.test(requestId)) {
    return refuse('in.invalid_params', { seen: '`requestId` is no id of a request' })
  }
  if (typeof reason !== 'string' || reason.trim() === '' || reason.length > MAX_REASON) {
    return refuse('in.invalid_params', {
      seen: `\`reason\` is no text of 1 to ${MAX_REASON} characters`,
    })
  }
  return { requestId, reason: reason.trim() }
}
