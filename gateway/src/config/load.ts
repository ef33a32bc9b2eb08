// The configuration file → a typed value, or every problem at once, each with line and column. Reads files
// and nothing else; secrets stay references. What is wrong with policies or targets is not known here.
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { checkTogether } from './checks.ts'
import { coerceEnvironment } from './coerce.ts'
import type { Environment } from './environment.ts'
import { toProblems } from './excerpt.ts'
import { finding } from './finding.ts'
import { finishConfig } from './finish.ts'
import { judge } from './judge.ts'
import type { Finding, Problem, ProblemCode } from './problem.ts'
import { CONFIG_PROBLEMS } from './problem.ts'
import { placeKey, readYaml } from './read-yaml.ts'
import type { Tree } from './read-yaml.ts'
import { secretRanges } from './redact.ts'
import type { Config } from './schema.ts'

const MAX_BYTES = 1024 * 1024

export type Loaded = {
  readonly config: Config
  /** Absolute path of the file that was read. */
  readonly file: string
  /** SHA-256 hex of the resolved configuration: equal for equal content, whatever its form. */
  readonly digest: string
}
export type LoadResult = Loaded | { readonly problems: readonly Problem[] }

/** Never rejects: what is wrong with the file is a problem. `folders`: whether those that it names must be there. */
export async function loadConfig(
  path: string,
  environment: Environment,
  folders: 'needed' | 'not needed' = 'needed',
): Promise<LoadResult> {
  const file = resolve(path)
  const text = await readText(file)
  if (typeof text !== 'string') return { problems: [text] }
  const { result, tree } = parse(text, file, environment)
  if ('problems' in result || folders === 'not needed') return result
  const missing = await missingFolder(result.config, tree)
  if (missing === undefined) return result
  return {
    problems: toProblems({ file, text, secrets: secretRanges(tree), understood: true }, [missing]),
  }
}

/** A folder of policies that is not there would be found when the gateway starts, or worse, reloads. */
async function missingFolder({ policies }: Config, tree: Tree): Promise<Finding | undefined> {
  const facts = await stat(policies.folder).catch((error: NodeJS.ErrnoException) => error.code)
  if (typeof facts === 'object' && facts.isDirectory()) return undefined
  return finding(tree, ['policies', 'folder'], {
    code: 'config.unreadable',
    message:
      typeof facts === 'object'
        ? '`policies.folder` is a file'
        : '`policies.folder` is not there or cannot be read',
    expected: 'a folder with `*.cedar` files',
    fix: `create \`${policies.folder}\`; an empty folder denies every call`,
  })
}

/** The same for a text at hand; `file` is where it would lie. */
export function parseConfig(text: string, file: string, environment: Environment): LoadResult {
  return parse(text, file, environment).result
}

function parse(
  text: string,
  file: string,
  environment: Environment,
): { readonly result: LoadResult; readonly tree: Tree } {
  const { tree: read, findings: syntax } = readYaml(text, environment)
  const understood = read.value !== undefined
  const findings: Finding[] = [...syntax]
  const tree = coerceEnvironment(read)
  if (understood) {
    const judged = judge(tree)
    const together = checkTogether(tree)
    const known = new Set(together.map(({ path }) => placeKey(path)))
    findings.push(...judged.findings.filter(({ path }) => !known.has(placeKey(path))), ...together)
    if (judged.value !== undefined && findings.length === 0) {
      const config = finishConfig(judged.value, dirname(file))
      return { result: { config, file, digest: digestOf(config) }, tree }
    }
  }
  const secrets = understood ? secretRanges(tree) : []
  return { result: { problems: toProblems({ file, text, secrets, understood }, findings) }, tree }
}

function digestOf(config: Config): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex')
}

async function readText(file: string): Promise<string | Problem> {
  try {
    const facts = await stat(file)
    if (!facts.isFile()) return wholeFile('config.unreadable', file, 'it is no regular file')
    if (facts.size > MAX_BYTES) {
      return wholeFile('config.too_complex', file, 'it is larger than 1 MiB')
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
    return text.trim() === '' ? wholeFile('config.invalid_yaml', file, 'it is empty') : text
  } catch (error) {
    if (error instanceof TypeError) {
      return wholeFile('config.invalid_yaml', file, 'it is not UTF-8')
    }
    const code = (error as NodeJS.ErrnoException).code
    const reason = code === 'ENOENT' ? 'there is no such file' : `the system says ${code ?? 'no'}`
    return wholeFile('config.unreadable', file, reason)
  }
}

function wholeFile(code: ProblemCode, file: string, reason: string): Problem {
  return {
    code,
    file,
    line: 1,
    column: 1,
    path: '',
    message: `the configuration cannot be read: ${reason}`,
    seen: undefined,
    expected: 'a YAML file in UTF-8',
    fix: CONFIG_PROBLEMS[code].fix,
    excerpt: undefined,
  }
}
