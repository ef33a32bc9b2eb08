// Mutated sets of policies, judged by what a reload asks (F-21): the cases, then the load beside the set that decides. Kept:
// every probe is answered as before. Taken: whatever is allowed, the text allows too, by the engine alone.
import { TOOL_DEFINITIONS } from '@sallyport/sample/market-server/tool-definitions.ts'
import { createAuthorize } from '../../gateway/src/authorize/authorize.ts'
import { catalogueOfTools } from '../../gateway/src/offline.ts'
import { failingCases, readPolicySet, type PolicySet } from '../../gateway/src/policy-set.ts'
import type { JsonObject } from '../../gateway/src/json/value.ts'
import { GATEWAY, inThisThread, ISSUER } from '../../gateway/test/authorize/world.ts'
import type { Draw } from './mutants.ts'
import { mutatedPolicies } from './mutated-policies.ts'
import { NOON_MS, oracleOf } from './policy-oracle.ts'
import { allowedBy, type Probe } from './policy-probes.ts'
import type { Progress } from './progress.ts'

export type MutantPolicies = {
  readonly done: number
  readonly kept: number
  readonly taken: number
  /** Of the kept: because a case of the policies did not hold. */
  readonly byCases: number
  /** Something thrown, or a refusal without a reason. */
  readonly crashes: readonly string[]
  readonly wider: readonly string[]
  /** Calls allowed under mutants that were taken, and under the good set: a check of denials alone would say little. */
  readonly allowed: number
  readonly goodAgain: boolean
}

const SETTINGS = { gatewayId: GATEWAY, homeIssuer: ISSUER }
/** Most mutants break a case, which is then all that is seen of them: only one of so many is judged with the cases. */
const WITH_CASES = 4

export async function judgeMutantPolicies(
  total: number,
  draw: Draw,
  { tick }: Progress,
): Promise<MutantPolicies> {
  const catalogue = catalogueOfTools([
    { target: 'market', tools: TOOL_DEFINITIONS as readonly unknown[] as readonly JsonObject[] },
  ])
  const acme = await readPolicySet('sample/acme/policies')
  // Of the market alone, whose tools are known without a server.
  const ofMarket = ({ file }: { readonly file: string }): boolean => !file.startsWith('documents')
  const good = { files: acme.files.filter(ofMarket), cases: acme.cases.filter(ofMarket) }
  const authorize = createAuthorize({
    ...SETTINGS,
    workshop: inThisThread,
    clock: { wallMs: () => NOON_MS },
  })
  const first = await authorize.load({ files: good.files, catalogue })
  if (!first.loaded) throw new Error(JSON.stringify(first.findings))
  const before = allowedBy(authorize)
  let last = before
  const seen = { done: 0, kept: 0, taken: 0, byCases: 0, allowed: 0 }
  const crashes: string[] = []
  const wider: string[] = []

  const judge = async (mutant: PolicySet): Promise<void> => {
    const failing = await failingCases(mutant, catalogue, SETTINGS)
    const result =
      failing.length > 0
        ? ({ loaded: false, findings: failing } as const)
        : await authorize.load({ files: mutant.files })
    const allowed = allowedBy(authorize)
    const text = textOf(mutant)
    if (!result.loaded) {
      seen.kept += 1
      if (failing.length > 0 && mutant.cases.length > 0) seen.byCases += 1
      if (result.findings.length === 0) crashes.push(`kept without a reason: ${text}`)
      if (!isSame(allowed, last)) wider.push(`kept, and decides otherwise: ${text}`)
      return
    }
    seen.taken += 1
    seen.allowed += allowed.size
    last = allowed
    const oracle = oracleOf(text)
    const more = [...allowed].filter((probe) => oracle?.(probe) !== true)
    if (more[0] !== undefined) wider.push(`${nameOf(more[0])} under ${text}`)
  }

  for (const at of Array(total).keys()) {
    const mutant = mutantOf(good, draw, at)
    await judge(mutant).catch((error: unknown) =>
      crashes.push(`${String(error)} under ${textOf(mutant)}`),
    )
    seen.done += 1
    if (!tick()) break
  }
  await authorize.load({ files: good.files })
  const goodAgain = isSame(allowedBy(authorize), before)
  authorize.close()
  return { ...seen, crashes, wider, goodAgain }
}

function mutantOf(good: PolicySet, draw: Draw, at: number): PolicySet {
  const which = at % good.files.length
  const files = good.files.map(({ file, text }, index) => {
    if (index !== which) return { file, text }
    return { file, text: draw(mutatedPolicies(text), at) }
  })
  return { files, cases: at % WITH_CASES === 0 ? good.cases : [] }
}

function textOf({ files }: PolicySet): string {
  return files.map(({ text }) => text).join('\n')
}

function isSame(a: ReadonlySet<Probe>, b: ReadonlySet<Probe>): boolean {
  return a.size === b.size && [...a].every((probe) => b.has(probe))
}

function nameOf({ uid, tool, args }: Probe): string {
  return `${uid.id} calls ${tool} with ${JSON.stringify(args)}`
}
