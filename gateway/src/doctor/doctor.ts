// `sallyport doctor` (ux §3): everything that a gateway of this configuration needs, looked at from this machine, with or
// without a gateway that runs. For the operator's command; nothing here decides a call, and nothing that is found stops
// the rest. Like offline.ts it may name implementations.
import { join } from 'node:path'
import type { Environment } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import { createObtain } from '../credential/obtain.ts'
import { createGuardedFetch } from '../net/guarded-fetch.ts'
import type { Resolve } from '../net/lookup.ts'
import type { Outward } from '../net/outward.ts'
import { createPools } from '../net/pools.ts'
import { fetchOn, readOutwards, type Outwards } from '../outward.ts'
import { createSecrets } from '../secrets/resolve.ts'
import { systemClock, type Clock } from '../system/clock.ts'
import { lookAtAuditDisk } from './audit-disk.ts'
import { wrong, type Finding } from './finding.ts'
import { lookAtIssuer } from './issuers.ts'
import { lookAtCertificate, lookAtPorts, lookAtPublicName } from './listeners.ts'
import { lookAtNode, lookAtStateFolder, lookAtStoreFile } from './local.ts'
import { createNetwork, type LookAtNetwork } from './network.ts'
import { lookAtReceivers } from './receivers.ts'
import { lookAtRunning, type RunningGateway } from './running.ts'
import { lookAtTarget } from './targets.ts'

export type DoctorParts = {
  readonly environment: Environment
  /** What the gateway of this state folder says of itself; `undefined`: none answers. */
  readonly running: RunningGateway | undefined
  /** Of this command. */
  readonly version: string
  readonly node: string
  readonly clock?: Clock
  readonly resolve?: Resolve
}

/** Findings in a fixed order, each as soon as those before it are known. Never throws for what it looks at. */
export async function* examine(config: Config, parts: DoctorParts): AsyncGenerator<Finding> {
  const { environment, running, clock = systemClock, resolve } = parts
  const resolving = resolve === undefined ? {} : { resolve }
  const fetch = createGuardedFetch(resolving)
  const pools = createPools({ ...resolving, clock })
  // Reads of secrets are recorded by a gateway; who may read them here could do so without this command.
  const secrets = createSecrets({ clock, environment, onRead: () => undefined })
  const obtain = createObtain(config.targets, secrets)
  const look = createNetwork({ ...resolving, nowMs: clock.wallMs })
  const folder = join(config.stateFolder, 'audit')
  const { resultBytes } = config.limits
  const outwards = await readOutwards(config, secrets).catch(asError)
  const lookOn =
    (outward: Outward): LookAtNetwork =>
    (url, rules) =>
      look(url, { ...rules, outward })
  const wayTo = (of: (ways: Outwards) => Outward): Outward =>
    outwards instanceof Error ? {} : of(outwards)
  const targetParts = { running, pools, clock, resultBytes, obtain }
  const looks: readonly (() => readonly Finding[] | Promise<readonly Finding[]>)[] = [
    () => lookAtNode(parts.node, environment),
    () => (running === undefined ? [] : lookAtRunning(running, parts.version)),
    () => lookAtStateFolder(config.stateFolder),
    () => lookAtStoreFile(config.stateFolder),
    () => {
      const { reserveBytes } = config.audit
      return lookAtAuditDisk({ folder, reserveBytes, running: running !== undefined, clock })
    },
    () => lookAtPorts(config, running !== undefined),
    () => lookAtPublicName(config.publicUrl, resolve),
    () => lookAtCertificate(config, { secrets, clock }),
    () => (outwards instanceof Error ? [unreadable(outwards)] : []),
    ...config.authorization.issuers.map((settings) => () => {
      const outward = wayTo(({ ofIssuer }) => ofIssuer(settings.issuer))
      const fetchThere = fetchOn(fetch, () => outward)
      return lookAtIssuer(settings, { look: lookOn(outward), fetch: fetchThere, clock })
    }),
    () => {
      const lookThere = lookOn(wayTo(({ all }) => all))
      return lookAtReceivers(config.audit, { look: lookThere, secrets, running })
    },
    ...Object.entries(config.targets).map(([id, settings]) => () => {
      const outward = wayTo(({ ofTarget }) => ofTarget(id))
      return lookAtTarget(id, settings, { ...targetParts, outward, look: lookOn(outward) })
    }),
  ]
  try {
    // The network is waited for in parallel, and told in order.
    const looking = looks.map((one) => settled(one))
    for (const found of looking) yield* await found
  } finally {
    await fetch.close()
  }
}

function unreadable({ message }: Error): Finding {
  return wrong('gateway', 'authorities', 'here', message, 'correct the files of `tls.authorities`')
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

async function settled(
  look: () => readonly Finding[] | Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look()
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error)
    const fix = 'this command could not look at everything: report it'
    return [wrong('gateway', 'doctor', 'here', seen, fix)]
  }
}
