// Reload of configuration and policies (F-21): read, judge, build beside what runs, swap whole. Where anything does
// not fit, the last good state stays and the reasons go to the log. The same content is a no-op.
import { decideReload } from './config/decide-reload.ts'
import type { Environment } from './config/environment.ts'
import { loadConfig, type Loaded } from './config/load.ts'
import type { Config } from './config/schema.ts'
import { readSettled } from './config/settled.ts'
import { endDisallowed } from './end-revoked.ts'
import { createGeneration, type Generation } from './generation.ts'
import { inOneLine, loadedDetail } from './policies.ts'
import type { Shared } from './shared.ts'
import { createInTurn } from './system/in-turn.ts'

/** After this, whatever a former generation still had under way is over. */
const FORMER_MS = 120_000

export type ReloadReport = {
  readonly outcome: 'unchanged' | 'applied' | 'kept'
  /** Why it was kept, what takes effect at the next start only, who can approve nothing; one sentence each. */
  readonly notes: readonly string[]
}

export type Running = {
  readonly loaded: Loaded
  readonly generation: Generation
}

/** `swap` puts the new generation in front of the listener. Calls are taken one after the other. */
export function createReload(
  start: Running,
  environment: Environment,
  shared: Shared,
  swap: (generation: Generation) => void,
): () => Promise<ReloadReport> {
  let running = start
  const inTurn = createInTurn()

  async function reload(): Promise<ReloadReport> {
    const { file } = running.loaded
    const result = await readSettled([file], () => loadConfig(file, environment))
    const decision = decideReload(running.loaded, result)
    switch (decision.action) {
      case 'keep':
        return keep(
          decision.problems.map(({ line, column, message }) => `${line}:${column} ${message}`),
        )
      case 'nothing': {
        const moved = await running.generation.outwardsChanged().catch(asError)
        if (moved instanceof Error) return keep([moved.message])
        return moved ? apply(running.loaded, ['authorities'], []) : reloadPolicies()
      }
      case 'apply':
        return apply(decision.loaded, decision.changed, decision.afterRestart)
    }
  }

  async function apply(
    loaded: Loaded,
    changed: readonly string[],
    afterRestart: readonly string[],
  ): Promise<ReloadReport> {
    const config = withFixed(loaded.config, running.generation.config)
    const next = await createGeneration(config, shared).catch(asError)
    if (next instanceof Error) return keep(next.message.split('\n'))
    const former = running.generation
    try {
      await shared.audit.event('config_changed', { config: loaded.digest, changed, afterRestart })
    } catch (error) {
      await next.close()
      throw error
    }
    running = { loaded, generation: next }
    swap(next)
    // Whoever only listens comes again, and is asked who they are under the new configuration.
    shared.streams.endWhere(({ permit }) => permit === undefined)
    endDisallowed(shared, next.authorize)
    shared.log.info({ changed, afterRestart }, 'the configuration was applied')
    setTimeout(() => void former.close(), FORMER_MS).unref()
    return {
      outcome: 'applied',
      notes: afterRestart.map((path) => `${path} takes effect at the next start`),
    }
  }

  async function reloadPolicies(): Promise<ReloadReport> {
    const loaded = await running.generation.reloadPolicies().catch(asError)
    if (loaded instanceof Error) return keep([loaded.message])
    if (loaded === 'unchanged') return { outcome: 'unchanged', notes: [] }
    if (!loaded.loaded) return keep(loaded.findings.map(inOneLine))
    endDisallowed(shared, running.generation.authorize)
    await shared.audit.event('policy_changed', loadedDetail(loaded))
    const { setVersion, policies } = loaded
    shared.log.info({ setVersion, policies }, 'the policies were applied')
    return { outcome: 'applied', notes: loaded.unknownRoles.map(inOneLine) }
  }

  function keep(notes: readonly string[]): ReloadReport {
    shared.log.error({ notes }, 'the change does not fit: the last good state stays')
    return { outcome: 'kept', notes }
  }

  return () => inTurn(reload)
}

/** Listeners are open and the state folder is in use: these stay as they were at the start. */
function withFixed(next: Config, started: Config): Config {
  const { publicUrl, operations, stateFolder } = started
  const { host, port } = started.listen
  return { ...next, publicUrl, operations, stateFolder, listen: { ...next.listen, host, port } }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
