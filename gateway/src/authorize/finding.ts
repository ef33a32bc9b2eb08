// What is wrong with a policy, and where: file, line, column, words. Line and column are counted from one;
// the engine counts bytes of UTF-8 inside one policy.

export type Finding = {
  readonly file: string
  readonly line: number
  readonly column: number
  /** Lower case, no full stop. */
  readonly text: string
  /** Id of the policy, where it has one already. */
  readonly policy?: string
}

export type Position = { readonly line: number; readonly column: number }

/** Position of the character at `offset` (UTF-16) of `text`. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: offset - lineStart + 1 }
}

/** Offset in UTF-16 of the byte `bytes` of `text` in UTF-8. */
export function offsetOfByte(text: string, bytes: number): number {
  return Buffer.from(text).subarray(0, bytes).toString().length
}
