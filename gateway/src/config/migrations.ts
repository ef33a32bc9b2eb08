// The versions of the configuration's form, and how a file of an older one becomes one of today. A step is added
// together with the change that needs it, and never changed after a release; what means the same without an edit needs
// none. Until now every change only added settings: there is version 1, and no step.
import type { Document } from 'yaml'

export const CONFIG_VERSION = 1

export type MigrationStep = {
  /** The version that a file has after it. */
  readonly to: number
  /** What changes, in words, for the one who reads the difference. */
  readonly what: string
  readonly apply: (document: Document) => void
}

/** In order, one for each version after the first. */
export const MIGRATION_STEPS: readonly MigrationStep[] = []

/** Where a file that needs no edit is taken otherwise than before, and how to keep what was. */
export type ChangedMeaning = {
  /** The setting that says so; a file that has it has chosen. `*` stands for every target. */
  readonly setting: string | undefined
  readonly what: string
}

/** Of files without a `version`: they may be older than these. */
export const CHANGED_MEANINGS: readonly ChangedMeaning[] = [
  {
    setting: 'minProtocol',
    what: 'clients of revisions 2025-03-26 to 2025-11-25 are served as well; `minProtocol: 2026-07-28` serves the modern era alone, as before',
  },
  {
    setting: 'targets.*.era',
    what: 'a target that speaks an older revision alone is called in sessions, where it was isolated; `era: modern` keeps it out, as before',
  },
  {
    setting: 'targets.*.mayAsk',
    what: 'a target may answer with a form for the person, and the call goes on with what they wrote; `mayAsk: { forms: false }` refuses that',
  },
  {
    setting: 'targets.*.bulkhead',
    what: 'at a target are 400 calls at one time, 100 wait for 2 s, and more are refused with `call.target_busy`; `bulkhead` sets that',
  },
  {
    setting: 'shedding',
    what: 'requests are refused with `in.overloaded` while the process is late or short of memory; `shedding` sets from when on',
  },
  {
    setting: undefined,
    what: 'prompts and resources of targets are offered where policies permit them; those without a constraint on the action, and those for `Mcp`, do',
  },
]
