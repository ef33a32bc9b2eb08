// One state of policies, schema and catalogue, built as a whole, piece by piece between calls, and swapped as a whole
// (policy-audit §1.1 rules 2 and 8, §1.2).
import { createHash } from 'node:crypto'
import type { Catalogue } from '../catalogue/entry.ts'
import type { Action } from './action.ts'
import { schemaOf, type CatalogueSchema } from './catalogue-schema.ts'
import { isEngineFailure, type Engine } from './engine.ts'
import type { Finding } from './finding.ts'
import { judgeFitting } from './fit-offers.ts'
import type { PoliciesToJudge } from './judge-policies.ts'
import type { KeptSchemas } from './kept-schemas.ts'
import type { PolicyFile } from './policy-files.ts'
import type { Policy } from './policy.ts'
import { prepareActions } from './prepare-actions.ts'
import { missingFile, NO_SHADOWS, type Shadows } from './shadows.ts'
import type { Workshop } from './workshop.ts'

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
  const { schema, judged } = await judgeFitting(
    await schemaOf(catalogue, { before: before?.schema.made, kept, generate, pause }),
    (one) => workshop.judge(questionOf(files, catalogue, one), engine),
  )
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
    known: [...catalogue.entries.keys(), ...(catalogue.leftOut ?? [])],
    neverDescribed: [...catalogue.health]
      .filter(([, { describedAtMs }]) => describedAtMs === undefined)
      .map(([target]) => target),
    targets: [...catalogue.health.keys()],
  }
}
