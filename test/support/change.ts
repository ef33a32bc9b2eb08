// What changes under a running gateway: its policies, and what its targets offer. Each is taken over at once.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestGateway } from './gateway.ts'

/** Everybody of group `settlement-analysts` may call every tool; for targets that have tools of their own. */
export const EVERY_TOOL = `permit (principal is AgentCore::OAuthUser, action, resource)
when { principal.hasTag("groups") && principal.getTag("groups") like "*|settlement-analysts|*" };
`

type Running = Pick<TestGateway, 'gateway' | 'folder' | 'configFile'>

/** Other policies; resolves to what the reload said. */
export function changePolicies({ gateway, folder }: Running, cedar: string) {
  writeFileSync(join(folder, 'policies/test.cedar'), cedar)
  return gateway.reload()
}

let asked = 0

/** Asks all targets what they offer: a configuration that differs is built anew, catalogue included. */
export function askTargetsAgain({ gateway, configFile }: Running) {
  const text = readFileSync(configFile, 'utf8').replace(/^limits: \{ connections: \d+ \}\n/m, '')
  writeFileSync(configFile, `${text}limits: { connections: ${1001 + asked++} }\n`)
  return gateway.reload()
}
