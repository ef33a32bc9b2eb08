// Names on the two kinds of endpoint. The aggregate endpoint carries `<target>___<name>`, a target's own endpoint the
// bare name; policy, audit and pins always use the qualified one, so that no rule is dodged by choosing the other URL.
// In qualified names of prompts and resources a colon tells them from tools (policy-audit §1.2).

export const SEPARATOR = '___'

/** The qualified name of the tool that a client asked for on an endpoint (`target` undefined: the aggregate one). */
export function qualify(target: string | undefined, asked: string): string {
  return target === undefined ? asked : `${target}${SEPARATOR}${asked}`
}

/** The same of a prompt, with the name as its target knows it. */
export function qualifyPrompt(
  target: string | undefined,
  asked: string,
): { readonly qualified: string; readonly bare: string } {
  const split = target === undefined ? asked.indexOf(SEPARATOR) : 0
  // A name without a target is that of nothing.
  if (split < 0) return { qualified: `prompt:${asked}`, bare: asked }
  const owner = target ?? asked.slice(0, split)
  const bare = target === undefined ? asked.slice(split + SEPARATOR.length) : asked
  return { qualified: `${owner}${SEPARATOR}prompt:${bare}`, bare }
}

/** The action by which the resources of a target are read; without a target that of none. */
export function qualifyReading(target: string | undefined): string {
  return `${target ?? ''}${SEPARATOR}resource:read`
}

/** As it is listed on an endpoint. */
export function listedName(
  { target, name }: { readonly target: string; readonly name: string },
  endpoint: string | undefined,
): string {
  return endpoint === undefined ? `${target}${SEPARATOR}${name}` : name
}
