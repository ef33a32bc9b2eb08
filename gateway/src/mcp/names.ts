// Names of tools on the two kinds of endpoint. The aggregate endpoint carries `<target>___<name>`, a target's own
// endpoint the bare name; policy, audit and pins always use the qualified one, so that no rule is dodged by
// choosing the other URL.

export const SEPARATOR = '___'

/** The qualified name of what a client asked for on an endpoint (`target` undefined: the aggregate one). */
export function qualify(target: string | undefined, asked: string): string {
  return target === undefined ? asked : `${target}${SEPARATOR}${asked}`
}
