// Reads WWW-Authenticate (RFC 9110 §11.6.1): schemes with their parameters, for the Bearer challenge of
// RFC 6750 §3 with `resource_metadata` of RFC 9728 §5.1. Strict: a header that does not parse is no challenge.
// Fetching what a challenge names is resource-metadata.ts.

export type Challenge = {
  /** Lower case. */
  readonly scheme: string
  /** Lower-case names; values unquoted and unescaped, untrusted. */
  readonly parameters: ReadonlyMap<string, string>
}

/** What a Bearer challenge tells a client. */
export type BearerChallenge = {
  readonly resourceMetadata: string | undefined
  /** Authoritative for the operation (MCP authorization, scope selection). */
  readonly scope: string | undefined
  readonly error: string | undefined
  readonly errorDescription: string | undefined
}

/** The first Bearer challenge, or `undefined` where there is none. */
export function bearerChallenge(header: string | null): BearerChallenge | undefined {
  const bearer = parseChallenges(header ?? '').find((challenge) => challenge.scheme === 'bearer')
  if (bearer === undefined) return undefined
  return {
    resourceMetadata: bearer.parameters.get('resource_metadata'),
    scope: bearer.parameters.get('scope'),
    error: bearer.parameters.get('error'),
    errorDescription: bearer.parameters.get('error_description'),
  }
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
const SCHEME = new RegExp(`^(${TOKEN})(?:[ \\t]+|$|(?=,))`)
const TOKEN68 = /^[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/
const PARAMETER = new RegExp(
  `^(${TOKEN})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\[\\s\\S])*)"|(${TOKEN}))[ \\t]*(?=,|$)`,
)
const SEPARATOR = /^[ \t]*(?:,[ \t]*)*/
const MAX_HEADER_LENGTH = 8192

/** All challenges of the header, several fields joined by commas; none if any part is malformed. */
export function parseChallenges(header: string): readonly Challenge[] {
  if (header.length > MAX_HEADER_LENGTH) return []
  const challenges: Challenge[] = []
  let rest = skip(header, SEPARATOR)
  while (rest !== '') {
    const scheme = SCHEME.exec(rest)
    if (scheme === null) return []
    rest = rest.slice(scheme[0].length)
    const parameters = new Map<string, string>()
    const token68 = TOKEN68.exec(rest)
    if (token68 !== null) rest = rest.slice(token68[0].length)
    for (let found = PARAMETER.exec(rest); found !== null; found = PARAMETER.exec(rest)) {
      const name = found[1]!.toLowerCase()
      // MUST (RFC 9110 §11.2): a parameter name occurs once in a challenge.
      if (parameters.has(name)) return []
      parameters.set(name, found[3] ?? found[2]!.replace(/\\([\s\S])/g, '$1'))
      rest = skip(rest.slice(found[0].length), SEPARATOR)
    }
    challenges.push({ scheme: scheme[1]!.toLowerCase(), parameters })
    rest = skip(rest, SEPARATOR)
  }
  return challenges
}

function skip(text: string, pattern: RegExp): string {
  return text.replace(pattern, '')
}
