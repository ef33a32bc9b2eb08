// Are the arguments of a call what the approved input schema says? That is asked, not decided: no policy has a word in it. Asked where a
// target's `checkArguments` is on: after the tool is known to be visible (attacks M-10), before the decision; arguments
// are never altered. Schemas are compiled where the catalogue is judged, in turns: a definition is bounded in size,
// depth and subschemas (catalogue/), and compiling is one walk over it that runs none of its patterns, so that no worker
// is needed for it. What a check costs is counted step by step and ends at a fixed number (attacks D-11).
import type { CatalogueEntry } from '../catalogue/entry.ts'
import type { JsonObject } from '../json/value.ts'
import { refuse, type Refusal } from '../refusal.ts'
import { compileSchema } from './argument-schema-compile.ts'
import { UnsupportedSchema } from './argument-schema-keyword.ts'
import {
  createRun,
  describe,
  placeOf,
  TooMuchWork,
  type Check,
  type Failure,
} from './argument-schema-run.ts'

export type ArgumentChecks = {
  /** What the catalogue asks of one target: why arguments cannot be checked against a schema, in words. */
  readonly forCatalogue: (target: string) => {
    readonly argumentFault?: (inputSchema: JsonObject) => string | undefined
  }
  /** `undefined`: the arguments fit, or the target does not ask for it. */
  readonly ofCall: (entry: CatalogueEntry, args: JsonObject) => Refusal | undefined
}

type Compiled = { readonly check: Check } | { readonly fault: string }

const MAX_PATH = 256

/** `targets`: ids of those that ask for it. */
export function createArgumentChecks(targets: ReadonlySet<string>): ArgumentChecks {
  const known = new WeakMap<JsonObject, Compiled>()

  function compiled(inputSchema: JsonObject): Compiled {
    let made = known.get(inputSchema)
    if (made === undefined) {
      made = compileOrNot(inputSchema)
      known.set(inputSchema, made)
    }
    return made
  }

  function argumentFault(inputSchema: JsonObject): string | undefined {
    const made = compiled(inputSchema)
    return 'fault' in made ? made.fault : undefined
  }

  return {
    forCatalogue: (target) => (targets.has(target) ? { argumentFault } : {}),
    ofCall(entry, args) {
      if (!targets.has(entry.target)) return undefined
      const made = compiled(entry.inputSchema)
      // INVARIANT: a tool that cannot be checked is quarantined before; were it not, it would be refused here.
      if ('fault' in made) return refuse('authorize.invalid_arguments', { reason: made.fault })
      return checkArguments(made.check, args)
    },
  }
}

function compileOrNot(inputSchema: JsonObject): Compiled {
  try {
    return { check: compileSchema(inputSchema) }
  } catch (error) {
    if (!(error instanceof UnsupportedSchema)) throw error
    return {
      fault: `its arguments cannot be checked (\`checkArguments\`): the input schema ${error.message}`,
    }
  }
}

function checkArguments(check: Check, args: JsonObject): Refusal | undefined {
  try {
    const failure = check(args, createRun())
    return failure && refusalOf(failure)
  } catch (error) {
    if (!(error instanceof TooMuchWork)) throw error
    return refuse('authorize.invalid_arguments', {
      seen: 'arguments that take too long to check against the input schema',
      expected: 'fewer or smaller arguments',
      reason: 'the check was ended: it took too many steps',
    })
  }
}

function refusalOf(failure: Failure): Refusal {
  const { value, expected, seen = describe(value) } = failure
  return refuse('authorize.invalid_arguments', {
    seen: `\`${shortened(placeOf(failure))}\`: ${seen}`,
    expected,
  })
}

function shortened(path: string): string {
  if (path === '') return '/'
  return path.length <= MAX_PATH ? path : `${path.slice(0, MAX_PATH)}…`
}
