// Mutated configurations, judged by what a reload asks (F-21): never a throw; refused with a reason in words; and what is
// accepted relaxes nothing, believes nobody and reaches nothing that is not written out in the text.
import { decideReload } from '../../gateway/src/config/decide-reload.ts'
import { parseConfig } from '../../gateway/src/config/load.ts'
import { relaxations } from '../../gateway/src/config/relaxations.ts'
import type { Config } from '../../gateway/src/config/schema.ts'
import { mutated } from '../../gateway/test/config/mutate.ts'
import { ENVIRONMENT, GOOD } from '../../gateway/test/config/sample-config.ts'
import type { Draw } from './mutants.ts'
import type { Progress } from './progress.ts'

export type MutantConfigurations = {
  readonly done: number
  readonly kept: number
  readonly taken: number
  /** As good as what ran. */
  readonly same: number
  readonly crashes: readonly string[]
  readonly wider: readonly string[]
}

const FILE = '/etc/sallyport/sallyport.yaml'
const BATCH = 100

export async function judgeMutantConfigurations(
  total: number,
  draw: Draw,
  { tick }: Progress,
): Promise<MutantConfigurations> {
  const good = parseConfig(GOOD, FILE, ENVIRONMENT)
  if ('problems' in good) throw new Error('the good configuration is refused')
  const seen = { done: 0, kept: 0, taken: 0, same: 0 }
  const crashes: string[] = []
  const wider: string[] = []
  const judge = (text: string): void => {
    const decision = decideReload(good, parseConfig(text, FILE, ENVIRONMENT))
    if (decision.action === 'nothing') seen.same += 1
    if (decision.action === 'keep') {
      seen.kept += 1
      const silent = decision.problems.every(({ message }) => message === '')
      if (silent) crashes.push(`kept without a reason: ${text}`)
    }
    if (decision.action === 'apply') {
      seen.taken += 1
      wider.push(...widerThan(decision.loaded.config, text).map((what) => `${what} under ${text}`))
    }
  }
  const configurations = mutated(GOOD)
  for (let at = 0; at < total; at++) {
    const text = draw(configurations, at)
    try {
      judge(text)
    } catch (error) {
      crashes.push(`${String(error)} under ${text}`)
    }
    seen.done += 1
    if (!tick()) break
    if (at % BATCH === 0) await new Promise(setImmediate)
  }
  return { ...seen, crashes, wider }
}

/** What the text does not say and the configuration has all the same. */
function widerThan(config: Config, text: string): readonly string[] {
  // `$$` in a value is one dollar.
  const unescaped = text.replaceAll('$$', '$')
  const written = (value: string): boolean => text.includes(value) || unescaped.includes(value)
  return [
    ...relaxations(config)
      .map(({ path }) => path)
      .filter((path) => !written(path.split('.').at(-1) ?? path)),
    ...config.authorization.issuers
      .map(({ issuer }) => issuer)
      .filter((issuer) => !written(issuer)),
    ...Object.entries(config.targets).flatMap(([id, { url }]) =>
      written(id) && written(url) ? [] : [`target ${id} at ${url}`],
    ),
    ...config.allowedOrigins.filter((origin) => !written(origin)),
  ]
}
