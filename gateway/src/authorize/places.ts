// Names under which the engine holds what belongs to one gateway. The engine forgets nothing, so a place that
// is left is taken again and what lies there is overwritten (policy-audit §1.1 rule 8).

const left: string[] = []
let places = 0

export type Place = { readonly name: string; readonly leave: () => void }

export function takePlace(): Place {
  const name = left.pop() ?? `sallyport/${places++}`
  let taken = true
  return {
    name,
    leave() {
      if (taken) left.push(name)
      taken = false
    },
  }
}
