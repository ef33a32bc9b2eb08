// The policies of one configuration (policy-audit §1.4, F-21): loaded with the catalogue that they are about, loaded
// again when either changes, and never without their cases. Where something does not fit, the last good set stays.
// How a set is swapped is authorize/loading.ts; who asks for a reload is reload.ts.
import { isDeepStrictEqual } from 'node:util'
import { createAuthorize, type Authorize, type AuthorizeSettings } from './authorize/authorize.ts'
import type { Finding } from './authorize/finding.ts'
import type { LoadResult } from './authorize/loading.ts'
import type { CatalogueWatch } from './catalogue/catalogue.ts'
import type { Catalogue } from './catalogue/entry.ts'
import type { Config } from './config/schema.ts'
import { readSettled } from './config/settled.ts'
import { createEditorHelp } from './editor-help.ts'
import { endDisallowed } from './end-revoked.ts'
import { failingCases, readPolicySet, type PolicySet } from './policy-set.ts'
import type { Shared } from './shared.ts'
import { Unfit } from './unfit.ts'

export type Policies = {
  readonly authorize: Authorize
  /** Resolves once the first set decides and is on record; rejects with an `Unfit` where it cannot. */
  readonly inForce: Promise<void>
  /** Reads the folder again and swaps the set; the last good one stays where that fails. */
  readonly reload: () => Promise<LoadResult | 'unchanged'>
  /** Loads the policies in force against another catalogue, beside what decides; nothing is taken over. */
  readonly tryCatalogue: (other: Catalogue) => Promise<LoadResult>
  /** Nothing decides from now on. */
  readonly close: () => void
}

type Loaded = Extract<LoadResult, { loaded: true }>

/** What is in the folder, once nobody is writing there. */
export function readPolicies(folder: string): Promise<PolicySet> {
  return readSettled([folder], () => readPolicySet(folder))
}

export function createPolicies(
  firstSet: PolicySet,
  {
    settings,
    catalogue,
    policies: { folder, editorHelp },
    shared,
  }: {
    readonly settings: AuthorizeSettings
    readonly catalogue: CatalogueWatch
    readonly policies: Pick<Config['policies'], 'folder' | 'editorHelp'>
    readonly shared: Shared
  },
): Policies {
  const authorize = createAuthorize(settings)
  const editors = createEditorHelp(folder, shared.log)
  let set = firstSet

  function helpEditors(): void {
    const schema = authorize.cedarSchema()
    if (editorHelp && schema !== undefined) void editors.write(schema)
  }

  function warnOfRoles({ unknownRoles }: Loaded): void {
    if (unknownRoles.length === 0) return
    const findings = unknownRoles.map(inOneLine)
    shared.log.warn({ findings }, 'policies ask for the approval of a role that nobody has')
  }

  async function loadFirst(loading: Promise<LoadResult>): Promise<void> {
    const first = await loading
    if (!first.loaded) throw unfit(first.findings)
    const failing = await failingCases(set, catalogue.current(), settings)
    if (failing.length > 0) throw unfit(failing)
    warnOfRoles(first)
    helpEditors()
    await shared.audit.event('policy_changed', loadedDetail(first))
  }

  async function follow(next: Catalogue): Promise<void> {
    const loaded = await authorize.load({ catalogue: next })
    // What the new catalogue takes away is gone for streams as for calls; the generation that runs judges them all.
    if (shared.authorize() === authorize) endDisallowed(shared, authorize)
    if (!loaded.loaded) {
      // The old pair of set and schema stays: what changed at the target is not callable until the set fits.
      const findings = loaded.findings.map(inOneLine)
      shared.log.error({ findings }, 'the policies do not fit the new catalogue')
      return
    }
    shared.note('policy_changed', loadedDetail(loaded))
    helpEditors()
    // Tools that came late: what the cases say of them could not be asked before.
    const findings = (await failingCases(set, catalogue.current(), settings)).map(inOneLine)
    if (findings.length > 0) shared.log.error({ findings }, 'cases of the policies do not hold')
  }

  async function reload(): Promise<LoadResult | 'unchanged'> {
    const next = await readPolicies(folder)
    if (isDeepStrictEqual(next, set)) return 'unchanged'
    const findings = await failingCases(next, catalogue.current(), settings)
    if (findings.length > 0) return { loaded: false, findings }
    const onlyCases = isDeepStrictEqual(next.files, set.files)
    const loaded = onlyCases ? 'unchanged' : await authorize.load({ files: next.files })
    if (loaded === 'unchanged' || loaded.loaded) set = next
    if (loaded !== 'unchanged' && loaded.loaded) warnOfRoles(loaded)
    helpEditors()
    return loaded
  }

  async function tryCatalogue(other: Catalogue): Promise<LoadResult> {
    const trial = createAuthorize(settings)
    try {
      return await trial.load({ files: set.files, catalogue: other })
    } finally {
      trial.close()
    }
  }

  const loading = authorize.load({ files: set.files, catalogue: catalogue.current() })
  // A change that comes while this first load is under way is loaded next.
  const stopFollowing = catalogue.onChange(follow)
  return {
    authorize,
    inForce: loadFirst(loading),
    reload,
    tryCatalogue,
    close() {
      stopFollowing()
      authorize.close()
    },
  }
}

type Found = Pick<Finding, 'file' | 'line' | 'column' | 'text'>

function unfit(findings: readonly Found[]): Unfit {
  return new Unfit(findings.map(inOneLine).join('\n'))
}

export function inOneLine({ file, line, column, text }: Found): string {
  return `${file}:${line}:${column} ${text}`
}

export function loadedDetail(loaded: Loaded): Record<string, unknown> {
  const { setVersion, schemaVersion, policies, quarantined } = loaded
  return { setVersion, schemaVersion, policies, quarantined: Object.fromEntries(quarantined) }
}
