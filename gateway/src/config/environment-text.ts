// `${NAME}` in a value of the configuration: replaced by the environment variable of that name, once, after
// the YAML is read, so that a variable can change a value and never the structure. `$${` is a literal `${`.
import type { Environment } from './environment.ts'

type Replaced =
  | { readonly text: string; readonly used: boolean }
  | { readonly problem: { message: string; seen: string; expected: string; fix: string } }

export function replaceEnvironment(text: string, environment: Environment): Replaced {
  if (!text.includes('${')) return { text, used: false }
  let used = false
  const missing: string[] = []
  let malformed = false
  const replaced = text.replaceAll(
    /\$\$\{|\$\{([^}]*)(\}?)/g,
    (all, name?: string, end?: string) => {
      if (name === undefined) return '${'
      if (end !== '}' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        malformed = true
        return all
      }
      used = true
      const value = Object.hasOwn(environment, name) ? environment[name] : undefined
      if (value === undefined) missing.push(name)
      return value ?? ''
    },
  )
  if (malformed) {
    return {
      problem: {
        message: 'a `${` begins no name of an environment variable',
        seen: '`${`',
        expected: '`${NAME}` with letters, digits and `_`',
        fix: 'write `$${` where the characters themselves are meant',
      },
    }
  }
  if (missing.length > 0) {
    const names = missing.map((name) => `\`${name}\``).join(', ')
    return {
      problem: {
        message: `the environment has no variable ${names}`,
        seen: missing.map((name) => `\`\${${name}}\``).join(', '),
        expected: 'a variable that is set',
        fix: `set ${names}, or write the value`,
      },
    }
  }
  return { text: replaced, used }
}
