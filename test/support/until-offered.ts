// A gateway starts whether its targets have answered or not: who needs their tools waits for them, on a busy machine too.
import { expect, vi } from 'vitest'
import type { TestGateway } from './gateway.ts'

/** Waits until each target has tools that Alice may see. */
export async function untilOffered(
  gateway: Pick<TestGateway, 'call' | 'token' | 'resource'>,
  ...targets: readonly string[]
): Promise<void> {
  await vi.waitFor(
    async () => {
      for (const target of targets) {
        const { body } = await gateway.call({
          method: 'tools/list',
          path: `/mcp/${target}`,
          token: gateway.token({ resource: gateway.resource(target) }),
        })
        expect(body).toContain('inputSchema')
      }
    },
    { timeout: 20_000, interval: 50 },
  )
}
