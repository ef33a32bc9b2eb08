// The only reader of the process environment: everybody else gets it as a parameter.

export type Environment = Readonly<Record<string, string | undefined>>

/** A copy of the environment as it is now, without a prototype. */
export function processEnvironment(): Environment {
  return Object.assign(Object.create(null) as Record<string, string | undefined>, process.env)
}
