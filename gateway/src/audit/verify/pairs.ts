// Which intents have an outcome, over all logs of a folder: two bits per record, in pages, so that a log of many millions
// fits. A number that a line claims costs no more than a page, and there are no more pages than the lines that were read
// can need: a line that claims record 2^50, or an instance of its own, makes nothing larger.
export type Pairs = {
  /** So many more lines were read. */
  readonly read: (lines: number) => void
  /** What is known of one instance; the same each time, but for instances that are more than were read. */
  readonly of: (instance: string) => InstancePairs
}

export type InstancePairs = {
  readonly intent: (sequence: number) => void
  /** False: there is one already. */
  readonly outcome: (sequence: number) => boolean
  /** Sequence numbers of intents without an outcome, in order. */
  readonly open: () => Generator<number>
  readonly hasIntent: (sequence: number) => boolean
}

const INTENT = 1
const OUTCOME = 2
const PAGE_BYTES = 256
const PER_BYTE = 4
const PAGE_RECORDS = PAGE_BYTES * PER_BYTE
/** Numbers follow one another, so that whole pages are used; what dead processes left is scattered over some. */
const SPARE_PAGES = 4096
const LINES_PER_PAGE = 128

export function createPairs(): Pairs {
  const instances = new Map<string, InstancePairs>()
  let left = SPARE_PAGES
  let lines = 0
  /** False: more pages than the lines that were read can need. */
  const takePage = (): boolean => {
    if (left === 0) return false
    left -= 1
    return true
  }
  return {
    read: (more) => {
      left -= Math.floor(lines / LINES_PER_PAGE)
      lines += more
      left += Math.floor(lines / LINES_PER_PAGE)
    },
    of: (instance) => {
      const known = instances.get(instance)
      if (known !== undefined) return known
      const made = createInstance(takePage)
      if (takePage()) instances.set(instance, made)
      return made
    },
  }
}

function createInstance(takePage: () => boolean): InstancePairs {
  const pages = new Map<number, Uint8Array>()
  let number = -1
  let page: Uint8Array | undefined

  const pageOf = (sequence: number): Uint8Array | undefined => {
    const wanted = Math.floor(sequence / PAGE_RECORDS)
    if (wanted === number) return page
    number = wanted
    page = pages.get(wanted)
    return page
  }
  const made = (): Uint8Array | undefined => {
    if (!takePage()) return undefined
    page = new Uint8Array(PAGE_BYTES)
    pages.set(number, page)
    return page
  }
  const mark = (sequence: number, bit: number): boolean => {
    const within = pageOf(sequence) ?? made()
    if (within === undefined) return true
    const { byte, shift } = placeOf(sequence)
    const before = within[byte] ?? 0
    within[byte] = before | (bit << shift)
    return ((before >> shift) & bit) === 0
  }
  return {
    intent: (sequence) => void mark(sequence, INTENT),
    outcome: (sequence) => mark(sequence, OUTCOME),
    *open() {
      for (const [at, marks] of [...pages].toSorted(([one], [other]) => one - other)) {
        for (let within = 0; within < PAGE_RECORDS; within += 1) {
          const { byte, shift } = placeOf(within)
          if ((((marks[byte] ?? 0) >> shift) & 3) === INTENT) yield at * PAGE_RECORDS + within
        }
      }
    },
    hasIntent: (sequence) => {
      const { byte, shift } = placeOf(sequence)
      return (((pageOf(sequence)?.[byte] ?? 0) >> shift) & INTENT) !== 0
    },
  }
}

function placeOf(sequence: number): { readonly byte: number; readonly shift: number } {
  const within = sequence % PAGE_RECORDS
  return { byte: Math.floor(within / PER_BYTE), shift: 2 * (within % PER_BYTE) }
}
