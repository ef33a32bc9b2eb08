// Policies that decide nothing: loaded beside those that run, to be tested, compared and proposed
// (policy-audit §1.4). The same engine, schema and converter as on the data path, in a place of its own. An
// operator file.
import { setImmediate } from 'node:timers/promises'
import type { Catalogue } from '../catalogue/entry.ts'
import { answerQuestion, entityOf, type Answered } from './answer.ts'
import { createClockface } from './circumstances.ts'
import { cedar } from './engine.ts'
import { explainCall, type Explanation, type Question } from './explain.ts'
import type { Finding } from './finding.ts'
import { buildLoaded, type Loaded } from './loaded.ts'
import { takePlace } from './places.ts'
import type { Shadows } from './shadows.ts'
import type { PolicyFile } from './policy-files.ts'
import { workshop } from './workshop.ts'

export type TrialSettings = {
  readonly gatewayId: string
  readonly homeIssuer: string
  /** Of `context.time`; default UTC. */
  readonly timeZone?: string
  /** Policies of these files only log: what is asked is what is in force. */
  readonly shadows?: Pick<Shadows, 'files'>
}

export type Trial = {
  readonly answer: (question: Question) => Answered
  readonly explain: (question: Question) => Explanation
  readonly loaded: Loaded
  /** Leaves its place in the engine to the next one. */
  readonly close: () => void
}

const NONE: ReadonlySet<string> = new Set()

/** Everything that is wrong with the set, or the set ready to be asked. Schemas of `before` are not made again. */
export async function openTrial(
  files: readonly PolicyFile[],
  catalogue: Catalogue,
  { gatewayId, homeIssuer, shadows, timeZone = 'UTC' }: TrialSettings,
  before?: Pick<Loaded, 'schema'>,
): Promise<Trial | { readonly findings: readonly Finding[] }> {
  const around = { engine: cedar, gatewayId, clockface: createClockface(timeZone) }
  const place = takePlace()
  const loaded = await buildLoaded(files, catalogue, before, `${place.name}/0`, {
    engine: cedar,
    workshop,
    pause: () => setImmediate(),
    // The mode of a target is no matter of the policies.
    shadows: { files: shadows?.files ?? NONE, targets: NONE },
  }).catch((error: unknown) => {
    place.leave()
    throw error
  })
  if ('findings' in loaded) {
    place.leave()
    return loaded
  }
  return {
    loaded,
    answer: (question) => answerQuestion(question, entityOf(question, homeIssuer), loaded, around),
    explain: (question) => explainCall(question, loaded, around, homeIssuer),
    close: place.leave,
  }
}
