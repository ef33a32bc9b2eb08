// What only logs (LOG_ONLY, policy-audit §1.4): targets, whose calls then go through whatever their policies answer, and
// policy files, whose policies then take part in nothing but the record of what they would deny (would-deny.ts).

export type Shadows = {
  /** Targets whose policies only log. */
  readonly targets: ReadonlySet<string>
  /** Names of policy files that only log. */
  readonly files: ReadonlySet<string>
}

export const NO_SHADOWS: Shadows = { targets: new Set(), files: new Set() }

/** A file that only logs must be there: a name that is written wrong would be in force. */
export function missingFile(
  { files: named }: Shadows,
  files: readonly { readonly file: string }[],
): string | undefined {
  return [...named].find((name) => files.every(({ file }) => file !== name))
}
