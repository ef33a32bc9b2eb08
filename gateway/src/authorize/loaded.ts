// One state of policies, schema and catalogue, built as a whole and swapped as a whole. Everything that a
// decision needs is parsed here, piece by piece between calls: per tool the slice of policies whose action scope can match it,
// what that slice reads, and the schema of its requests (policy-audit §1.1 rules 2, 5, 8; §1.3).
import { createHash } from 'node:crypto'
import type { Catalogue } from '../catalogue/entry.ts'
import { canMatch } from './action-scope.ts'
import { schemaOf, type CatalogueSchema } from './catalogue-schema.ts'
import { CIRCUMSTANCES, type Circumstance } from './circumstances.ts'
import { isEngineFailure, type Engine, type EngineFailure } from './engine.ts'
import type { Finding } from './finding.ts'
import type { InputType } from './input-type.ts'
import type { PoliciesToJudge } from './judge-policies.ts'
import type { KeptSchemas } from './kept-schemas.ts'
import type { PolicyFile } from './policy-files.ts'
import { textsOf, type Policy } from './policy.ts'
import { targetOf } from './names.ts'
import { planReads, readsNothing, type ReadPlan } from './read-plan.ts'
import { requestSchema } from './request-schema.ts'
import { missingFile, NO_SHADOWS, type Shadows } from './shadows.ts'
import type { Workshop } from './workshop.ts'

/** One tool, ready to be decided. */
export type Action = {
  readonly name: string
  /** Of its decisions in the cache. */
  readonly key: string
  readonly mode: 'ENFORCE' | 'LOG_ONLY'
  /** The same with the policies that only log, where there are any for it. */
  readonly shadow?: Action
  /** The policies whose action scope can match it. */
  readonly slice: readonly Policy[]
  readonly input: InputType
  /** What the slice reads of the arguments. */
  readonly plan: ReadPlan
  /** What the slice reads of the context beside them. */
  readonly circumstances: readonly Circumstance[]
  /** The slice has a permit; without one nobody may call it. */
  readonly permitted: boolean
  /** No policy of the slice reads an argument or a circumstance: one decision per principal. */
  readonly fixed: boolean
  /** Names under which the engine holds slice and request schema. */
  readonly setName: string
  readonly schemaName: string
}

type Tool = Pick<Action, 'name' | 'key' | 'mode' | 'input'>

export type Loaded = {
  /** The catalogue as it was when this was built. */
  readonly good: Catalogue
  /** The same, less what a newer catalogue that could not be taken has withdrawn. */
  readonly catalogue: Catalogue
  readonly schema: CatalogueSchema
  readonly setVersion: string
  readonly policies: readonly Policy[]
  readonly actions: ReadonlyMap<string, Action>
  readonly notices: readonly Finding[]
}

/** A finding that belongs to no line. */
export const NOWHERE = { file: '', line: 0, column: 0 }

export type LoadParts = {
  readonly engine: Engine
  readonly workshop: Workshop
  readonly kept?: KeptSchemas | undefined
  readonly shadows?: Shadows
  /** Awaited between two pieces of work, so that calls are decided meanwhile; rejects where loading is to stop. */
  readonly pause: () => Promise<unknown>
}

/** `prefix` names one of two alternating places in the engine, the one that is not in use. */
export async function buildLoaded(
  files: readonly PolicyFile[],
  catalogue: Catalogue,
  before: Pick<Loaded, 'schema'> | undefined,
  prefix: string,
  parts: LoadParts,
): Promise<Loaded | { readonly findings: readonly Finding[] }> {
  const { engine, workshop, kept, pause, shadows = NO_SHADOWS } = parts
  const missing = missingFile(shadows, files)
  if (missing !== undefined) {
    const text = `\`policies.logOnly\` names \`${missing}\`, and there is no such policy file`
    return { findings: [{ ...NOWHERE, file: missing, text }] }
  }
  const { generate } = workshop
  const schema = await schemaOf(catalogue, { before: before?.schema.made, kept, generate, pause })
  const judged = await workshop.judge(questionOf(files, catalogue, schema), engine)
  await pause()
  if (judged.findings.length > 0) return { findings: judged.findings }
  const { policies, notices } = judged
  const awake = new Set(judged.awake)
  const prepared = await prepareActions(
    policies.filter(({ id }) => awake.has(id)),
    schema,
    prefix,
    parts,
  )
  if (isEngineFailure(prepared)) {
    const findings = prepared.failed.map((error) => ({ ...NOWHERE, text: error.message }))
    return { findings }
  }
  const setVersion = createHash('sha256')
    .update(JSON.stringify(files.map(({ file, text }) => [file, text, shadows.files.has(file)])))
    .digest('hex')
    .slice(0, 16)
  return { good: catalogue, catalogue, schema, setVersion, policies, notices, ...prepared }
}

function questionOf(
  files: readonly PolicyFile[],
  catalogue: Catalogue,
  { tools }: CatalogueSchema,
): PoliciesToJudge {
  return {
    files,
    tools: [...tools.values()].map(({ action, parts }) => ({ name: action, parts })),
    known: [...catalogue.entries.keys()],
    neverDescribed: [...catalogue.health]
      .filter(([, { describedAtMs }]) => describedAtMs === undefined)
      .map(([target]) => target),
  }
}

async function prepareActions(
  policies: readonly Policy[],
  schema: CatalogueSchema,
  prefix: string,
  { engine, pause, shadows = NO_SHADOWS }: LoadParts,
): Promise<{ actions: ReadonlyMap<string, Action> } | EngineFailure> {
  const sets = new Map<string, string>()
  let schemas = 0
  const prepare = (tool: Tool, slice: readonly Policy[]): Action | EngineFailure => {
    const plan = planReads(
      tool.input,
      slice.flatMap((policy) => policy.reads),
    )
    const circumstances = CIRCUMSTANCES.filter((name) =>
      slice.some((policy) => policy.circumstances.includes(name)),
    )
    const schemaName = `${prefix}/schema/${schemas++}`
    const ids = JSON.stringify(slice.map((policy) => policy.id))
    const setName = sets.get(ids) ?? `${prefix}/set/${sets.size}`
    const failure =
      engine.prepareSchema(schemaName, requestSchema(tool.name, plan, circumstances)) ??
      (sets.has(ids) ? undefined : engine.prepareSet(setName, textsOf(slice)))
    if (failure !== undefined) return failure
    sets.set(ids, setName)
    const permitted = slice.some(({ effect }) => effect === 'permit')
    const fixed = readsNothing(plan) && circumstances.length === 0
    return { ...tool, slice, plan, circumstances, permitted, fixed, setName, schemaName }
  }
  const prepareBoth = (name: string, input: InputType): Action | EngineFailure => {
    const slice = policies.filter(({ scope }) => canMatch(scope, name))
    const tool = { name, key: name, mode: 'ENFORCE', input } as const
    if (shadows.targets.has(targetOf(name) ?? '')) {
      return prepare({ ...tool, mode: 'LOG_ONLY' }, slice)
    }
    const inForce = slice.filter(({ file }) => !shadows.files.has(file))
    const action = prepare(tool, inForce)
    if (inForce.length === slice.length || isEngineFailure(action)) return action
    // No tool has a colon in its name.
    const shadow = prepare({ ...tool, key: `shadow:${name}` }, slice)
    return isEngineFailure(shadow) ? shadow : { ...action, shadow }
  }
  const actions = new Map<string, Action>()
  for (const { action, input } of schema.tools.values()) {
    const prepared = prepareBoth(action, input)
    if (isEngineFailure(prepared)) return prepared
    actions.set(action, prepared)
    await pause()
  }
  return { actions }
}
