// Two texts, line by line: what was taken away, what came, and three lines of what stayed around each change. For texts
// of the size of a configuration.

export type LineChange = { readonly mark: ' ' | '-' | '+'; readonly line: string }

const AROUND = 3
/** Beyond this the middle is told as replaced: a longest common part would cost too much. */
const MAX_CELLS = 4_000_000

/** Empty where the texts are the same; `undefined` between two hunks. */
export function lineDiff(before: string, after: string): readonly (LineChange | undefined)[] {
  if (before === after) return []
  return nearChanges(changes(before.split('\n'), after.split('\n')))
}

function changes(before: readonly string[], after: readonly string[]): readonly LineChange[] {
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1
  let tail = 0
  const most = Math.min(before.length, after.length) - head
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1
  const one = before.slice(head, before.length - tail)
  const other = after.slice(head, after.length - tail)
  return [
    ...before.slice(0, head).map((line) => ({ mark: ' ', line }) as const),
    ...middle(one, other),
    ...before.slice(before.length - tail).map((line) => ({ mark: ' ', line }) as const),
  ]
}

function middle(one: readonly string[], other: readonly string[]): readonly LineChange[] {
  const removed = (line: string): LineChange => ({ mark: '-', line })
  const added = (line: string): LineChange => ({ mark: '+', line })
  if (one.length * other.length > MAX_CELLS) return [...one.map(removed), ...other.map(added)]
  const width = other.length + 1
  const common = new Uint32Array((one.length + 1) * width)
  const at = (row: number, column: number) => common[row * width + column] ?? 0
  for (let row = one.length - 1; row >= 0; row -= 1) {
    for (let column = other.length - 1; column >= 0; column -= 1) {
      common[row * width + column] =
        one[row] === other[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  const result: LineChange[] = []
  let row = 0
  let column = 0
  while (row < one.length || column < other.length) {
    const line = one[row]
    const came = other[column]
    if (line !== undefined && line === came) {
      result.push({ mark: ' ', line })
      row += 1
      column += 1
    } else if (
      line !== undefined &&
      (came === undefined || at(row + 1, column) >= at(row, column + 1))
    ) {
      result.push(removed(line))
      row += 1
    } else if (came !== undefined) {
      result.push(added(came))
      column += 1
    }
  }
  return result
}

function nearChanges(all: readonly LineChange[]): readonly (LineChange | undefined)[] {
  const near = new Uint8Array(all.length)
  for (const [index, { mark }] of all.entries()) {
    if (mark !== ' ') near.fill(1, Math.max(0, index - AROUND), index + AROUND + 1)
  }
  return all.flatMap((change, index) => {
    if (near[index] !== 1) return []
    return index > 0 && near[index - 1] !== 1 ? [undefined, change] : [change]
  })
}
