// Prompts as entries of the catalogue (policy-audit §1.2): `<target>___prompt:<name>`, with arguments that are text. They
// are not pinned: a person chooses a prompt and reads what it brings. What the scanner finds in its description keeps it
// out all the same, unless the target is trusted.
import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { canonicalJson } from '../../json/canonical.ts'
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import type { CatalogueEntry } from '../entry.ts'
import { lookalikes, qualifiedName } from '../names.ts'
import { judgeOwnWords, withOwnWords } from '../own-words.ts'
import type { Scanner } from '../scan/scanner.ts'
import { readingFacts, type CatalogueTarget } from '../settings.ts'
import { isLongerThan } from '../size.ts'

const PROMPT = 'prompt:'

const MAX_DEFINITION = 65_536
const MAX_ARGUMENTS = 100
const PROMPTS_PER_TURN = 50

export type JudgedPrompts = {
  readonly entries: readonly CatalogueEntry[]
  /** What cannot be listed, in words. */
  readonly findings: readonly string[]
}

/** `before`: what was judged before is not scanned again. */
export async function judgePrompts(
  target: CatalogueTarget,
  definitions: readonly JsonObject[],
  scanner: Scanner,
  before: readonly CatalogueEntry[],
): Promise<JudgedPrompts> {
  const known = new Map(before.map((entry) => [entry.qualifiedName, entry]))
  const entries = new Map<string, CatalogueEntry>()
  const findings: string[] = []
  const unfitWords = await judgeOwnWords(target, scanner)
  for (const [index, definition] of definitions.entries()) {
    if (index % PROMPTS_PER_TURN === PROMPTS_PER_TURN - 1) await nextTurn()
    const named = qualifiedName(target.id, definition['name'])
    if ('fault' in named) {
      const isNamed = typeof definition['name'] === 'string'
      findings.push(isNamed ? `a prompt: ${named.fault}` : 'a prompt without a name')
      continue
    }
    const name = `${target.id}___${PROMPT}${named.bare}`
    const entry = entryOf(target, named.bare, name, definition)
    const former = known.get(name)
    const quarantined = entries.has(name)
      ? 'the target lists it more than once'
      : former?.hash === entry.hash && entry.hash !== ''
        ? former.quarantined
        : (entry.quarantined ??
          unfitWords.get(`${PROMPT}${named.bare}`) ??
          (await scanned(target, definition, scanner)))
    entries.set(name, { ...entry, quarantined })
  }
  const alike = lookalikes([...entries.values()].map((entry) => entry.name))
  return {
    entries: [...entries.values()].map((entry) =>
      alike.has(entry.name) && entry.quarantined === undefined
        ? { ...entry, quarantined: 'its name looks like that of another prompt of the target' }
        : entry,
    ),
    findings,
  }
}

async function scanned(
  target: CatalogueTarget,
  definition: JsonObject,
  scanner: Scanner,
): Promise<string | undefined> {
  if (target.trusted === true) return undefined
  const [first] = await scanner.scan(definition)
  if (first === undefined) return undefined
  return `the scanner found \`${first.rule}\` at \`${first.place}\``
}

function entryOf(
  target: CatalogueTarget,
  bare: string,
  name: string,
  definition: JsonObject,
): CatalogueEntry {
  const large = isLongerThan(MAX_DEFINITION, definition)
  const fields = large ? undefined : argumentsOf(definition['arguments'])
  const quarantined = large
    ? `the definition is larger than ${MAX_DEFINITION} characters`
    : fields === undefined
      ? 'its arguments are no list of names'
      : undefined
  return {
    kind: 'prompt',
    target: target.id,
    name: bare,
    qualifiedName: name,
    wire:
      quarantined === undefined
        ? withOwnWords(target, `${PROMPT}${bare}`, definition)
        : { name: bare },
    inputSchema: {
      type: 'object',
      properties: Object.fromEntries((fields ?? []).map((field) => [field, { type: 'string' }])),
    },
    hash: quarantined === undefined ? hashOf(definition) : '',
    pin: 'approved',
    facts: readingFacts(target, `${PROMPT}${bare}`),
    paramHeaders: [],
    quarantined,
  }
}

/** Names of the arguments, each once; `undefined`: they are not what arguments are. */
function argumentsOf(value: JsonValue | undefined): readonly string[] | undefined {
  if (value === undefined) return []
  if (!Array.isArray(value) || value.length > MAX_ARGUMENTS) return undefined
  const names = value.map((argument: JsonValue) =>
    isJsonObject(argument) && typeof argument['name'] === 'string' ? argument['name'] : '',
  )
  const fit = names.every((name) => name !== '' && name.length <= 128 && name !== '__proto__')
  return fit ? [...new Set(names)] : undefined
}

function hashOf(definition: JsonObject): string {
  try {
    return createHash('sha256').update(canonicalJson(definition)).digest('hex')
  } catch {
    return ''
  }
}
