// One recorded call in one line: how often, who, what, with which arguments as far as they are known.
import type { RecordedCall } from '@sallyport/gateway/authorize/recorded-call.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'

export function showCall({ principal, tool, args, known, count }: RecordedCall): string {
  const who = principal?.subject ?? principal?.clientId ?? 'somebody who was forgotten'
  const agent = principal?.kind === 'agent' ? ` by agent ${principal.clientId}` : ''
  const more = known === 'all' ? '' : ' and more'
  return plainLine(`${count} × ${who}${agent}  ${tool}  ${jsonText(args)}${more}`)
}
