// Which intents have an outcome, over all logs of a folder: one byte per record, so that a log of many millions fits.
export type Pairs = {
  /** What is known of one instance; the same each time. */
  readonly of: (instance: string) => InstancePairs
}

export type InstancePairs = {
  readonly intent: (sequence: number) => void
  /** False: there is one already. */
  readonly outcome: (sequence: number) => boolean
  /** Sequence numbers of intents without an outcome. */
  readonly open: () => Generator<number>
  readonly hasIntent: (sequence: number) => boolean
}

const INTENT = 1
const OUTCOME = 2
const FIRST_SIZE = 4096
/** What a sequence number of a reference may be before it is taken for nonsense. */
const MAX_SEQUENCE = 2 ** 31

export function createPairs(): Pairs {
  const instances = new Map<string, InstancePairs>()
  return {
    of: (instance) => {
      const known = instances.get(instance)
      if (known !== undefined) return known
      const made = createInstance()
      instances.set(instance, made)
      return made
    },
  }
}

function createInstance(): InstancePairs {
  let marks = new Uint8Array(FIRST_SIZE)
  const mark = (sequence: number, bit: number): boolean => {
    if (sequence >= MAX_SEQUENCE) return true
    if (sequence >= marks.length) {
      const larger = new Uint8Array(Math.max(sequence + 1, 2 * marks.length))
      larger.set(marks)
      marks = larger
    }
    const before = marks[sequence] ?? 0
    marks[sequence] = before | bit
    return (before & bit) === 0
  }
  return {
    intent: (sequence) => void mark(sequence, INTENT),
    outcome: (sequence) => mark(sequence, OUTCOME),
    *open() {
      for (let at = marks.indexOf(INTENT); at >= 0; at = marks.indexOf(INTENT, at + 1)) yield at
    },
    hasIntent: (sequence) => ((marks[sequence] ?? 0) & INTENT) !== 0,
  }
}
