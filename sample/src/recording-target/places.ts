// So many at one time, the others in order: what makes a target slow under load instead of fast for everybody.

export type Places = {
  /** Resolves when there is one of so many. */
  readonly take: (places: number) => Promise<void>
  readonly giveBack: () => void
}

export function createPlaces(): Places {
  const waiting: (() => void)[] = []
  let taken = 0
  return {
    async take(places) {
      if (taken < places) taken += 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
    },
    giveBack() {
      const next = waiting.shift()
      if (next === undefined) taken -= 1
      else next()
    },
  }
}
