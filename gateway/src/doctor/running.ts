// What a gateway that runs says of itself over the operator's socket, as far as `sallyport doctor` asks.
import type { Spoken } from '../catalogue/entry.ts'
import { good, warning, wrong, type Finding } from './finding.ts'

export type RunningGateway = {
  readonly version: string
  readonly ready: boolean
  readonly checks: readonly {
    readonly name: string
    readonly state: string
    readonly reason: string | undefined
  }[]
  /** By id. */
  readonly targets: ReadonlyMap<
    string,
    {
      readonly state: string
      readonly reason: string | undefined
      readonly speaks?: Spoken | undefined
    }
  >
  /** Who gets what of the audit log; `behind` as digits. */
  readonly followers: readonly {
    readonly kind: string
    readonly id: string
    readonly behind: string
    readonly failing: string | undefined
  }[]
}

export function lookAtRunning(
  { version, ready, checks }: RunningGateway,
  ownVersion: string,
): readonly Finding[] {
  const said = ready ? 'it runs and is ready' : 'it runs and is not ready'
  const findings: Finding[] = [
    version === ownVersion
      ? good('gateway', 'version', `${version}; ${said}`)
      : warning(
          'gateway',
          'version',
          `${version} runs, and this command is of ${ownVersion}; ${said}`,
          'start the gateway again after an upgrade',
        ),
  ]
  for (const { name, state, reason = state } of checks) {
    const fix = '`sallyport status` and the log say more; the other lines here may say why'
    if (state === 'down') findings.push(wrong('gateway', name, 'here', reason, fix))
    else if (state !== 'up') findings.push(warning('gateway', name, reason, fix))
  }
  return findings
}
