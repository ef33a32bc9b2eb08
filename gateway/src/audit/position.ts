// Where a record stands: `<name of the log>:<sequence number>`. Written by search and export, read by prove and to go on.
export type Position = { readonly log: string; readonly sequence: number }

export function positionText({ log, sequence }: Position): string {
  return `${log}:${sequence}`
}

export function parsePosition(text: string): Position | undefined {
  const [, log, sequence] =
    /^([0-9]{8}T[0-9]{9}Z-[0-9a-f]{12}):(0|[1-9][0-9]{0,14})$/.exec(text) ?? []
  return log === undefined ? undefined : { log, sequence: Number(sequence) }
}
