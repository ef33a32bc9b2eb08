// What targets offer beside tools is approved by nobody, so it must not be able to make a set of policies invalid that
// fits the tools (policy-audit §1.1 rule 2, §1.2): a rule for everything that reads an argument, and a prompt without it.
// Where a set does not fit, it is judged without prompts and resources, and those of each target are taken in as far as
// it still fits; the rest can be neither listed nor used, with the reason.
import { createHash } from 'node:crypto'
import type { CatalogueSchema } from './catalogue-schema.ts'
import type { Judged } from './judge-policies.ts'
import { groupOf, targetOf } from './names.ts'

const MISFIT = 'the policies do not fit its arguments'

type Fitting = { readonly schema: CatalogueSchema; readonly judged: Judged }

export async function judgeFitting(
  schema: CatalogueSchema,
  judge: (schema: CatalogueSchema) => Promise<Judged>,
): Promise<Fitting> {
  const whole = { schema, judged: await judge(schema) }
  if (whole.judged.findings.length === 0) return whole
  const offering = new Set(
    [...schema.tools.keys()].filter(isOffered).flatMap((name) => targetOf(name) ?? []),
  )
  if (offering.size === 0) return whole
  const left = new Set(offering)
  let fitting = await judgedWithout(left, schema, judge)
  // The set is wrong of itself.
  if (fitting.judged.findings.length > 0) return whole
  for (const target of offering) {
    left.delete(target)
    const more = await judgedWithout(left, schema, judge)
    if (more.judged.findings.length === 0) fitting = more
    else left.add(target)
  }
  return fitting
}

async function judgedWithout(
  targets: ReadonlySet<string>,
  schema: CatalogueSchema,
  judge: (schema: CatalogueSchema) => Promise<Judged>,
): Promise<Fitting> {
  const without = { ...schema, ...withoutOffers(schema, targets) }
  return { schema: without, judged: await judge(without) }
}

function withoutOffers(
  { tools, quarantined, version }: CatalogueSchema,
  targets: ReadonlySet<string>,
): Pick<CatalogueSchema, 'tools' | 'quarantined' | 'version'> {
  const out = [...tools.keys()].filter(
    (name) => isOffered(name) && targets.has(targetOf(name) ?? ''),
  )
  const hash = createHash('sha256').update(JSON.stringify([version, ...out]))
  return {
    tools: new Map([...tools].filter(([name]) => !out.includes(name))),
    quarantined: new Map([...quarantined, ...out.map((name) => [name, MISFIT] as const)]),
    version: out.length === 0 ? version : hash.digest('hex').slice(0, 16),
  }
}

function isOffered(name: string): boolean {
  return groupOf(name) !== 'CallTool'
}
