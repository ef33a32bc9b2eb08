// Names of tools across targets (protocol.md §5): `<target>___<name>`, 1–128 of a small alphabet after
// prefixing, and no two that a person could take for one another (attacks M-13).

const SEPARATOR = '___'
const TARGET = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/
const TOOL = /^[A-Za-z0-9_.-]+$/
const MAX_LENGTH = 128

/** The name on every endpoint of policy, audit and pins; or, in words, why there is none. */
export function qualifiedName(
  target: string,
  tool: unknown,
): { readonly name: string; readonly bare: string } | { readonly fault: string } {
  if (typeof tool !== 'string') return { fault: 'a tool without a name' }
  const name = target + SEPARATOR + tool
  if (!TARGET.test(target) || !TOOL.test(tool)) {
    return {
      fault: `the name ${JSON.stringify(tool.slice(0, 64))} has characters that are not allowed`,
    }
  }
  return name.length > MAX_LENGTH
    ? {
        fault: `the name ${name.slice(0, 64)}… is longer than ${MAX_LENGTH} characters with its target`,
      }
    : { name, bare: tool }
}

/** The names out of the list that look like another one of it: equal but for case, or confusable. */
export function lookalikes(names: Iterable<string>): ReadonlySet<string> {
  const seen = new Map<string, string>()
  const alike = new Set<string>()
  for (const name of new Set(names)) {
    for (const key of [
      `case ${name.normalize('NFKC').toLowerCase()}`,
      `look ${skeletonOf(name)}`,
    ]) {
      const other = seen.get(key)
      if (other === undefined) seen.set(key, name)
      else alike.add(name).add(other)
    }
  }
  return alike
}

/** UTS #39 §4, as far as the alphabet of names goes: what looks alike has the same skeleton. */
export function skeletonOf(name: string): string {
  return name
    .normalize('NFKC')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll(/[1I]/g, 'l')
    .replaceAll('0', 'O')
}
