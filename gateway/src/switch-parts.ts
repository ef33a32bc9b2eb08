// The kill switch of a running gateway, as the operator's socket reaches it: what may be named, the record of an order, and
// what it does to calls that are under way.
import type { RequireRole } from './admin/operator-role.ts'
import type { SwitchOrder, SwitchParts } from './admin/switch-orders.ts'
import { endRevoked } from './end-revoked.ts'
import type { Generation } from './generation.ts'
import type { Shared } from './shared.ts'
import { randomId } from './system/ids.ts'

export function switchParts(
  shared: Shared,
  running: () => Generation,
  requireRole: RequireRole,
): SwitchParts {
  const { audit, clock, switches } = shared

  /** Personal values stand as commitments under the key of whom they are about, so two people are two records. */
  async function record({ state, switched, reason, by }: SwitchOrder): Promise<void> {
    const { what } = switched
    const order = { order: randomId(), state, what }
    if (switched.what === 'person') {
      const { issuer, name: subject } = switched
      await audit.event('disabled', { ...order, part: 'person' }, { issuer, subject })
    }
    const named = switched.what === 'person' ? {} : switched
    const detail = { ...order, ...named, part: 'operator', client: by.client }
    await audit.event('disabled', detail, { ...by.about, reason })
  }

  return {
    requireRole,
    record,
    issuers: () => running().config.authorization.issuers.map(({ issuer }) => issuer),
    principals: () => running().identify.principals(),
    targets: () => Object.keys(running().config.targets),
    tools: () => [...running().catalogue.current().entries.keys()],
    nowMs: clock.wallMs,
    disabled: switches.disabled,
    refresh: switches.refresh,
    async disable(disabled) {
      // Effective here before it is written, and whether or not it can be.
      const written = switches.disable(disabled)
      const ended = endRevoked(shared)
      await written
      return ended
    },
    async enable(switched) {
      try {
        return await switches.enable(switched)
      } catch (error) {
        shared.note('disabled', { state: 'disabled', what: switched.what, part: 'not_enabled' })
        throw error
      }
    },
  }
}
