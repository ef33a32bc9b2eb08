// What `audit verify` found and says, bounded: a log that was replaced as a whole would have a finding per line.
import type { HeadFinding } from './heads.ts'
import type { LineFinding } from './verify-line.ts'
import type { PersonalFinding } from './verify-personal.ts'

export type FindingCode =
  | LineFinding['code']
  | HeadFinding['code']
  | PersonalFinding['code']
  | 'prune_statement'
  | 'removed_records'
  | 'torn_tail'
  | 'sequence'
  | 'instance'
  | 'orphan'
  | 'second_outcome'
  | 'outcome_without_intent'
  | 'missing_segment'
  | 'missing_hashes'
  | 'missing_log'
  | 'no_shutdown'
  | 'silence'
  | 'key_without_voucher'
  | 'erased_without_order'
  | 'malformed_key'
  | 'stray_file'
  | 'bad_cosignature'
  | 'not_witnessed'
  | 'no_log'

export type Finding = {
  readonly code: FindingCode
  /** Name of the file. */
  readonly file: string
  /** Counted from 1; absent where it is about the whole file. */
  readonly line?: number
  /** What was found, in words. */
  readonly what: string
}

export type Findings = {
  readonly find: (finding: Finding) => void
  readonly listed: readonly Finding[]
  /** Further findings that are not listed. */
  readonly more: () => number
}

const MAX_FINDINGS = 1000

export function createFindings(): Findings {
  const listed: Finding[] = []
  let more = 0
  return {
    find: (finding) => {
      if (listed.length < MAX_FINDINGS) listed.push(finding)
      else more += 1
    },
    listed,
    more: () => more,
  }
}
