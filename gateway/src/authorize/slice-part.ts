// A part of a slice as the engine holds it: policies under a name, and under another one what of them is the same for
// every call of a principal (possible-policy.ts).

export type SlicePart = {
  readonly name: string
  readonly possibleName: string
  /** Ids of permits that may permit less than they do under that name, or err otherwise. */
  readonly uncertain: ReadonlySet<string>
  /** It answers alike for every tool that has it. */
  readonly alike: boolean
}
