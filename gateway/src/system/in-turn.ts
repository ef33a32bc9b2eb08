// One after the other, in this process: for what looks first and writes then, and for what must not overtake what was
// asked before it. Between processes the store's own compare-and-set decides.

export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>

/** Work begins once all that was given before it has ended, however it ended. */
export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work)
    last = next.catch(() => undefined)
    return next
  }
}
