// The shape of one timed or destructive promise (docs/promises.md). Each file of this folder named by an id (F-nn, J-nn) exports
// one; `npm run promises` runs them and writes the report.

export type Finding = {
  readonly what: string
  readonly seen: string
  readonly promised: string
  readonly kept: boolean
}

export type PromiseScript = {
  readonly id: string
  readonly title: string
  /** `short`: the form for CI, same checks with smaller counts. */
  readonly run: (options: { readonly short: boolean }) => Promise<readonly Finding[]>
}
