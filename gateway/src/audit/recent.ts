// The latest records, in a circle: for whoever begins to watch.

export type Recent = { readonly add: (record: string) => void; readonly all: () => string[] }

const RECENT = 256

export function createRecent(): Recent {
  const circle: string[] = []
  let next = 0
  return {
    add: (record) => {
      circle[next] = record
      next = (next + 1) % RECENT
    },
    all: () => [...circle.slice(next), ...circle.slice(0, next)],
  }
}
