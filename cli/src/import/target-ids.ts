// Names of other programs → ids of targets: letters, digits and inner hyphens, no two of which can be taken for one another.
import { lookalikes } from '@sallyport/gateway/catalogue/names.ts'

const LONGEST = 60

/** Gives each name an id that none before it has. */
export function createTargetIds(): (name: string) => string {
  const taken: string[] = []
  return (name) => {
    const base =
      name
        .normalize('NFKD')
        .replaceAll(/[^A-Za-z0-9]+/g, '-')
        .replaceAll(/^-+|-+$/g, '')
        .slice(0, LONGEST)
        .replaceAll(/-+$/g, '') || 'target'
    let id = base
    for (let next = 2; taken.includes(id) || lookalikes([...taken, id]).has(id); next += 1) {
      id = `${base}-${String.fromCodePoint(96 + Math.min(next, 26))}${next > 26 ? next : ''}`
    }
    taken.push(id)
    return id
  }
}
