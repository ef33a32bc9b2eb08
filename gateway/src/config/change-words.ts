// `sallyport config diff`: what another configuration means for those who use the gateway, in words. What opens, what
// closes, what only changes; each setting that has no words of its own is told with those of the reference page.
import { isForStart } from './decide-reload.ts'
import { differencesOf, type Difference } from './changes.ts'
import { pathText } from './problem.ts'
import type { Config } from './schema.ts'
import { memberOf } from './schema-node.ts'
import { redacted } from './show.ts'

export type Change = {
  /** Whether more is possible with it, or less; `changes`: neither, or nobody can say. */
  readonly effect: 'opens' | 'closes' | 'changes'
  readonly path: string
  readonly text: string
  /** It waits for the next start; all else takes effect with a reload. */
  readonly atNextStart: boolean
}

type Said = Pick<Change, 'effect' | 'text'>
type Speaker = (difference: Difference, names: readonly string[]) => Said | undefined

export function changesInWords(before: Config, after: Config): readonly Change[] {
  return differencesOf(before, after).flatMap((difference) => {
    const path = pathText(difference.path)
    const said = say(difference)
    return said.map((one) => ({ ...one, path, atNextStart: isForStart(path) }))
  })
}

function say(difference: Difference): readonly Said[] {
  const names = difference.path.map(String)
  for (const [pattern, speak] of SPEAKERS) {
    const parts = pattern.split('.')
    const fits =
      parts.length === names.length && parts.every((part, at) => part === '*' || part === names[at])
    const said = fits ? speak(difference, names) : undefined
    if (said !== undefined) return [said]
  }
  return [relaxed(difference) ?? listed(difference) ?? plain(difference)]
}

const opens = (text: string): Said => ({ effect: 'opens', text })
const closes = (text: string): Said => ({ effect: 'closes', text })
const changes = (text: string): Said => ({ effect: 'changes', text })

const SPEAKERS: readonly (readonly [pattern: string, speak: Speaker])[] = [
  [
    'publicUrl',
    ({ before, after }) =>
      changes(
        `clients reach the gateway at ${shown(after)} and no longer at ${shown(before)}; tokens for the old address are refused, so everybody signs in again`,
      ),
  ],
  [
    'authorization.issuers.*',
    ({ before, after }, [, , issuer = '']) => {
      if (before === undefined) return opens(`tokens of the issuer ${issuer} are accepted`)
      if (after !== undefined) return undefined
      return closes(`tokens of the issuer ${issuer} are refused: its people cannot come in`)
    },
  ],
  [
    'authorization.requiredScopes',
    ({ before, after }) => {
      const { came, went } = membersOf(before, after)
      if (came.length > 0) return closes(`every call needs the scopes ${came.join(', ')} as well`)
      return went.length > 0
        ? opens(`no call needs the scopes ${went.join(', ')} any more`)
        : undefined
    },
  ],
  ['minProtocol', ({ before, after }) => oldest('the gateway', before, after)],
  [
    'policies.folder',
    ({ before, after }) =>
      changes(
        `other policies decide: those in ${shown(after)}, not in ${shown(before)}; \`sallyport policy diff\` says what that means`,
      ),
  ],
  [
    'targets.*',
    ({ before, after }, [, id = '']) => {
      if (before === undefined) {
        return opens(
          `the target ${id} is new (${urlOf(after)}): whoever the policies permit can use it`,
        )
      }
      if (after === undefined)
        return closes(`the target ${id} is gone: nobody can call it (${urlOf(before)})`)
      return undefined
    },
  ],
  [
    'targets.*.url',
    ({ before, after }, [, id = '']) =>
      changes(`calls of ${id} go to ${shown(after)} and no longer to ${shown(before)}`),
  ],
  [
    'targets.*.minProtocol',
    ({ before, after }, [, id = '']) => oldest(`the target ${id}`, before, after),
  ],
  [
    'targets.*.mode',
    ({ after }, [, id = '']) =>
      after === 'LOG_ONLY'
        ? opens(`calls of ${id} go through though the policies deny them, and are recorded as such`)
        : closes(
            `calls of ${id} that the policies deny are refused again, where they were only recorded`,
          ),
  ],
  [
    'targets.*.onlyTools',
    ({ before, after }, [, id = '']) => {
      if (before === undefined) return closes(`of ${id} only these tools are left: ${list(after)}`)
      if (after === undefined)
        return opens(`of ${id} all approved tools are taken, not ${list(before)} alone`)
      const { came, went } = membersOf(before, after)
      const more =
        came.length > 0 ? `of ${id} these tools are taken as well: ${came.join(', ')}` : ''
      const less = went.length > 0 ? `of ${id} these tools are left out: ${went.join(', ')}` : ''
      const text = [more, less].filter((part) => part !== '').join('; ')
      return { effect: less === '' ? 'opens' : more === '' ? 'closes' : 'changes', text }
    },
  ],
  [
    'targets.*.checkArguments',
    ({ after }, [, id = '']) =>
      after === true
        ? closes(`arguments of ${id} that do not fit the approved schema are refused`)
        : opens(`arguments of ${id} are not checked against the approved schema`),
  ],
  ...['kind', 'header', 'prefix', 'secret', 'secret.file', 'secret.env'].map(
    (member): readonly [string, Speaker] => [
      `targets.*.credential.${member}`,
      (_difference, [, id = '']) => changes(`the gateway shows itself to ${id} in another way`),
    ],
  ),
  ...['address', 'client', 'person', 'tool', 'target'].map((of): readonly [string, Speaker] => [
    `rateLimits.${of}`,
    ({ before, after }) => rate(of, before, after),
  ]),
  ...['perMinute', 'burst'].flatMap((member) =>
    ['address', 'client', 'person', 'tool', 'target'].map((of): readonly [string, Speaker] => [
      `rateLimits.${of}.${member}`,
      ({ before, after }) => number(`${RATES[of]}: ${RATE_WORDS[member]}`, before, after),
    ]),
  ),
  ['limits.*', ({ before, after, path, node }) => number(meaningOf(path, node), before, after)],
]

const RATES: Readonly<Record<string, string>> = {
  address: 'requests of one address',
  client: 'requests of one client',
  person: 'requests of one person',
  tool: 'calls of one tool by one person',
  target: 'calls of one target by everybody',
}
const RATE_WORDS: Readonly<Record<string, string>> = { perMinute: 'in a minute', burst: 'at once' }

function rate(of: string, before: unknown, after: unknown): Said | undefined {
  if (after === 'off') return opens(`${RATES[of]} are not limited any more`)
  return before === 'off' ? closes(`${RATES[of]} are limited: ${shown(after)}`) : undefined
}

/** More of a limit is more for those who use it. */
function number(what: string, before: unknown, after: unknown): Said | undefined {
  if (typeof before !== 'number' || typeof after !== 'number') return undefined
  const text = `${what}: ${after}, and not ${before}`
  return after > before ? opens(text) : closes(text)
}

function oldest(what: string, before: unknown, after: unknown): Said {
  const text =
    after === undefined
      ? `${what} serves clients from the revision of the gateway on`
      : `${what} serves clients of revision ${shown(after)} and newer`
  if (typeof before !== 'string' || typeof after !== 'string') return changes(text)
  return after > before ? closes(text) : opens(text)
}

function relaxed({ before, after, node }: Difference): Said | undefined {
  const value = node?.['x-relaxation']
  if (value === undefined) return undefined
  const isOn = (seen: unknown) => (Array.isArray(seen) ? seen.length > 0 : seen === value)
  const meaning = node?.description ?? 'security is relaxed'
  if (isOn(after) && !isOn(before))
    return opens(`a relaxation of security is switched on: ${meaning}`)
  return isOn(before) && !isOn(after)
    ? closes(`a relaxation of security is switched off: ${meaning}`)
    : undefined
}

function listed({ path, before, after, node }: Difference): Said | undefined {
  if (!Array.isArray(before) || !Array.isArray(after)) return undefined
  const { came, went } = membersOf(before, after)
  if (came.length === 0 && went.length === 0) return undefined
  const parts = [
    ...(came.length > 0 ? [`now with ${came.join(', ')}`] : []),
    ...(went.length > 0 ? [`without ${went.join(', ')}`] : []),
  ]
  return changes(`${meaningOf(path, node)}: ${parts.join('; ')}`)
}

function plain({ path, before, after, node }: Difference): Said {
  const meaning = meaningOf(path, node)
  if (before === undefined) return changes(`${meaning}: ${shown(after)}, where nothing was said`)
  if (after === undefined)
    return changes(`${meaning}: nothing is said, where it was ${shown(before)}`)
  return changes(`${meaning}: ${shown(after)}, and not ${shown(before)}`)
}

function meaningOf(path: Difference['path'], node: Difference['node']): string {
  return node?.description ?? `\`${pathText(path)}\``
}

function membersOf(before: unknown, after: unknown) {
  const [one, other] = [before, after].map((value) =>
    Array.isArray(value) ? value.map(shown) : [],
  ) as [string[], string[]]
  return {
    came: other.filter((entry) => !one.includes(entry)),
    went: one.filter((entry) => !other.includes(entry)),
  }
}

function list(value: unknown): string {
  return Array.isArray(value) && value.length > 0 ? value.map(shown).join(', ') : 'none'
}

function urlOf(target: unknown): string {
  return shown(memberOf(target, 'url'))
}

/** A value as people read it, secrets hidden. */
function shown(value: unknown): string {
  const seen = redacted(value)
  return typeof seen === 'string' ? seen : (JSON.stringify(seen) ?? 'nothing')
}
